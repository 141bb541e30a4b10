// The gateway's rules as plain functions.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "gateway/http/request_head.hpp"
#include "gateway/http/response_writer.hpp"
#include "gateway/policy/conditional.hpp"
#include "gateway/policy/cors.hpp"
#include "gateway/policy/fingerprint.hpp"
#include "gateway/policy/media_type.hpp"
#include "gateway/policy/trace.hpp"
#include "rpc/error.hpp"
#include "testing/error_codes.hpp"

using namespace loan_manager::gateway;

namespace {

struct Parsed {
    explicit Parsed(const std::string& fields, const std::string& method = "GET") {
        REQUIRE(http::parse_head(method + " /v1/bikes HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n", request) ==
                http::ParseError::ok);
    }
    operator const http::Request&() const { return request; }
    http::Request request;
};

}  // namespace

TEST_CASE("D-214 If-Match: one strong tag, anything else is bad") {
    using Kind = IfMatch::Kind;
    CHECK(parse_if_match(Parsed("")).kind == Kind::absent);
    const auto one = parse_if_match(Parsed("If-Match: \"17\"\r\n"));
    CHECK(one.kind == Kind::version);
    CHECK(one.version == 17);
    for (const char* bad : {"*", "W/\"17\"", "\"1\", \"2\"", "17", "\"17", "", "\"1\"x"}) {
        CAPTURE(bad);
        CHECK(parse_if_match(Parsed(std::string("If-Match: ") + bad + "\r\n")).kind == Kind::bad);
    }
    CHECK(parse_if_match(Parsed("If-Match: \"1\"\r\nIf-Match: \"1\"\r\n")).kind == Kind::bad);
    // Well-formed tags no row ever had: the precondition fails later, in its place.
    for (const char* never : {"\"abc\"", "\"\"", "\"01\"", "\"0\"", "\"-1\"", "\"99999999999\""}) {
        CAPTURE(never);
        const auto tag = parse_if_match(Parsed(std::string("If-Match: ") + never + "\r\n"));
        CHECK(tag.kind == Kind::version);
        CHECK(tag.version == 0);
    }
}

TEST_CASE("D-214 entity tags and If-None-Match") {
    CHECK(strong_etag(3) == "\"3\"");
    CHECK(weak_etag("a") == weak_etag("a"));
    CHECK(weak_etag("a") != weak_etag("b"));
    CHECK(weak_etag("a").starts_with("W/\""));
    CHECK(none_match_hits(Parsed("If-None-Match: \"3\"\r\n"), "\"3\""));
    CHECK(none_match_hits(Parsed("If-None-Match: W/\"3\"\r\n"), "\"3\""));
    CHECK(none_match_hits(Parsed("If-None-Match: \"1\", W/\"x\" ,\"3\"\r\n"), "\"3\""));
    CHECK(none_match_hits(Parsed("If-None-Match: *\r\n"), "\"3\""));
    CHECK(!none_match_hits(Parsed("If-None-Match: \"33\"\r\n"), "\"3\""));
    CHECK(!none_match_hits(Parsed("If-None-Match: 3\r\n"), "\"3\""));
    CHECK(!none_match_hits(Parsed(""), "\"3\""));
}

TEST_CASE("D-215 fingerprint: SHA-256 of method, path with query, raw body") {
    const auto print = command_fingerprint("POST", "/v1/bikes?x=1", "{}");
    CHECK(print == command_fingerprint("POST", "/v1/bikes?x=1", "{}"));
    CHECK(print != command_fingerprint("POST", "/v1/bikes?x=2", "{}"));
    CHECK(print != command_fingerprint("POST", "/v1/bikes?x=1", "{ }"));
    CHECK(print != command_fingerprint("PATCH", "/v1/bikes?x=1", "{}"));
}

TEST_CASE("D-216 request id: a good one is kept, anything else replaced by a UUIDv7") {
    CHECK(request_id(Parsed("X-Request-ID: abc.DEF_1-\r\n")) == "abc.DEF_1-");
    CHECK(request_id(Parsed("X-Request-ID: " + std::string(64, 'a') + "\r\n")) == std::string(64, 'a'));
    for (const std::string& bad :
         {std::string("short"), std::string(65, 'a'), std::string("with blank"), std::string("semi;colon")}) {
        CAPTURE(bad);
        const auto id = request_id(Parsed("X-Request-ID: " + bad + "\r\n"));
        CHECK(id.size() == 36);
        CHECK(id[14] == '7');
    }
    CHECK(request_id(Parsed("X-Request-ID: aaaaaaaa\r\nX-Request-ID: bbbbbbbb\r\n")).size() == 36);
}

TEST_CASE("trace context: a good parent is kept, a bad one starts a new trace") {
    const std::string good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    CHECK(trace_parent(Parsed("traceparent: " + good + "\r\n")) == good);
    for (const char* bad : {"", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", "garbage"}) {
        const auto made = trace_parent(Parsed(std::string("traceparent: ") + bad + "\r\n"));
        CHECK(made != bad);
        CHECK(is_trace_parent(made));
    }
}

TEST_CASE("CORS: only configured origins, never with credentials") {
    const Cors cors({"https://app.example.lk", "http://localhost:3000/"});
    CHECK(cors.allows("https://app.example.lk"));
    CHECK(cors.allows("http://localhost:3000"));
    CHECK(!cors.allows("https://app.example.lk.evil.test"));
    CHECK(!cors.allows("null"));
    CHECK(!Cors({}).allows("https://app.example.lk"));
    CHECK(Cors({"*"}).allows("https://anything.test"));

    http::Response good;
    cors.allow_reading(Parsed("Origin: https://app.example.lk\r\n"), good);
    CHECK(good.fields() ==
          "Vary: Origin\r\nAccess-Control-Allow-Origin: https://app.example.lk\r\n"
          "Access-Control-Expose-Headers: ETag, Location, X-Request-ID, Retry-After, Idempotency-Replayed\r\n");
    http::Response foreign;
    cors.allow_reading(Parsed("Origin: https://evil.test\r\n"), foreign);
    CHECK(foreign.fields() == "Vary: Origin\r\n");

    const Parsed preflight("Origin: https://app.example.lk\r\nAccess-Control-Request-Method: POST\r\n", "OPTIONS");
    CHECK(Cors::is_preflight(preflight));
    CHECK(!Cors::is_preflight(Parsed("Origin: https://app.example.lk\r\n", "OPTIONS")));
    http::Response allowed(204);
    cors.allow_sending(preflight, "GET, POST", allowed);
    CHECK(allowed.fields().starts_with("Access-Control-Allow-Methods: GET, POST\r\n"));
}

TEST_CASE("media type of a body: JSON in UTF-8 with any parameters, nothing else") {
    for (const char* good :
         {"application/json", "Application/JSON", "application/json; charset=utf-8",
          "application/json;charset=\"UTF-8\"", "application/json;", "application/json; charset=utf8",
          "application/json; profile=x", "application/json; profile=\"https://x.test/a;b=c\"",
          "application/json;version=1;charset=UTF-8", "application/json; CHARSET=Utf-8; profile=\"a\\\"b\"",
          "application/json ; a=1 ;; b=2 ;", "application/json; profile=\"\"", "application/json; charset = utf-8"}) {
        CAPTURE(good);
        CHECK(has_json_body(Parsed(std::string("Content-Type: ") + good + "\r\n")));
    }
    for (const char* bad : {"text/plain",
                            "application/jsonx",
                            "application/json; charset=latin1",
                            "",
                            "*/*",
                            "application/x-www-form-urlencoded",
                            "application/json, text/plain",
                            "application/json; charset=utf-16",
                            "application/json; profile=x; charset=iso-8859-1",
                            "application/json; charset=utf-8; charset=utf-16",
                            "application/json; charset",
                            "application/json; charset=",
                            "application/json; =x",
                            "application/json; a=b c",
                            "application/json; a=\"b",
                            "application/json; a=\"b\\",
                            "application/json; a=\"b\"c",
                            "application/json; a b=c",
                            "application/merge-patch+json",
                            "application/json profile=x",
                            "application/ json"}) {
        CAPTURE(bad);
        CHECK(!has_json_body(Parsed(std::string("Content-Type: ") + bad + "\r\n")));
    }
    CHECK(!has_json_body(Parsed("")));
    CHECK(has_json_body(Parsed("Content-Type: application/json\r\nContent-Encoding: identity\r\n")));
    CHECK(!has_json_body(Parsed("Content-Type: application/json\r\nContent-Encoding: gzip\r\n")));
    CHECK(!has_json_body(
        Parsed("Content-Type: application/json\r\nContent-Encoding: identity\r\nContent-Encoding: gzip\r\n")));
    CHECK(!has_json_body(Parsed("Content-Type: application/json\r\nContent-Type: application/json\r\n")));
}

TEST_CASE("a request line that is not three words is malformed; only a real version can be unsupported") {
    const auto outcome = [](const std::string& line) {
        http::Request request;
        return http::parse_head(line + "\r\nHost: x\r\n\r\n", request);
    };
    CHECK(outcome("GET /a HTTP/1.1") == http::ParseError::ok);
    for (const char* line : {"GET /a b HTTP/1.1", "GET /a%20b c d HTTP/1.1", "GET /a  HTTP/1.1", "GET  /a HTTP/1.1",
                             "GET /v1/bikes?q=a b HTTP/1.1", "GET /a", "GET /a b", "GET", "GET /a HTTP/1.1 ",
                             "GET /a http/1.1", "GET /a HTTP/1", "GET /a HTTP/1.10", "GET /a HTTP/11", "GET /a XYZ/1.1",
                             "GET /a b HTTP/2.0", "GET /a HTTP/a.b"}) {
        CAPTURE(line);
        CHECK(outcome(line) == http::ParseError::bad_request);
    }
    for (const char* line : {"GET /a HTTP/2.0", "GET /a HTTP/0.9", "GET /a HTTP/3.1", "PRI * HTTP/2.0"}) {
        CAPTURE(line);
        CHECK(outcome(line) == http::ParseError::bad_version);
    }
}

TEST_CASE("a header value cannot smuggle in another field") {
    http::Response response;
    response.add("Location", "/a\r\nSet-Cookie: x\0y");
    CHECK(response.fields() == "Location: /a  Set-Cookie: x\r\n");
    response.set_body("text/plain", std::string("b"));
    std::string bytes;
    http::write_head(bytes, response, {}, "now");
    CHECK(bytes ==
          "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n"
          "Location: /a  Set-Cookie: x\r\n\r\n");
}

TEST_CASE("204 and 304 have neither body nor length") {
    for (const unsigned status : {204U, 304U}) {
        http::Response response(status);
        response.set_body("text/plain", std::string("ignored"));
        std::string bytes;
        http::write_head(bytes, response, {}, "now");
        CHECK(bytes.find("Content-") == std::string::npos);
        CHECK(!http::sends_body(response, {}));
    }
}

TEST_CASE("D-211 every error code is explained in docs/common-errors.md") {
    std::ifstream file(LM_SOURCE_DIR "/docs/common-errors.md");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    REQUIRE(!text.empty());
    for (const auto& info : loan_manager::errors::all_codes) {
        CAPTURE(info.name);
        CHECK(text.find("`" + std::string(info.name) + "`") != std::string::npos);
    }
}
