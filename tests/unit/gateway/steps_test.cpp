// Work before the bound: whatever is in the headers, the query or the body of a request, reading it takes a number of
// steps that its size bounds. Steps are counted, not timed: the sources under test are built with a hook in every basic
// block (-fsanitize-coverage=trace-pc), and the hook counts.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/http/head_scan.hpp"
#include "gateway/http/request_head.hpp"
#include "gateway/policy/client_address.hpp"
#include "gateway/policy/conditional.hpp"
#include "gateway/policy/cors.hpp"
#include "gateway/policy/media_type.hpp"
#include "gateway/policy/trace.hpp"
#include "transcode/contract.hpp"
#include "transcode/request.hpp"
#include "transcode/request_plan.hpp"
#include "validate/readable.hpp"
#include "validate/validate.hpp"

namespace {
std::uint64_t steps = 0;
}

extern "C" void __sanitizer_cov_trace_pc() { ++steps; }

using namespace loan_manager::gateway;
namespace transcode = loan_manager::transcode;
namespace validate = loan_manager::validate;

namespace {

std::uint64_t steps_of(const std::function<void()>& work) {
    const std::uint64_t before = steps;
    work();
    return steps - before;
}

std::string repeat(std::string_view piece, std::size_t bytes) {
    std::string text;
    while (text.size() + piece.size() <= bytes) {
        text += piece;
    }
    return text;
}

// What lists, quoted texts, tags, addresses and tokens are made of, and what is none of them.
constexpr std::string_view pieces[] = {
    "a",          " ",      ",",  ", ",     "1,",      ";",        "a=b;",      "a=\"b\";",   "\"",           "\\",
    "\"\\\"",     "\"x\",", "W/", "W/\"\"", "\"1\",",  "W/\"x\",", "10.1.0.1,", "1.2.3.4:5,", "[::1]:9,",     "::",
    "fe80::1%x,", "[",      "%",  "%41",    "close,",  "chunked,", "\xff",      "\xc3\xa9",   "\xe0\xb6\xb6", "-",
    "0",          ".",      "=",  "(",      "Bearer ", "a,a;",
};

constexpr std::string_view names[] = {
    "Accept",           "Access-Control-Request-Method",
    "Authorization",    "Connection",
    "Content-Encoding", "Cookie",
    "Content-Type",     "Expect",
    "Forwarded",        "Idempotency-Key",
    "If-Match",         "If-None-Match",
    "Origin",           "traceparent",
    "User-Agent",       "X-Forwarded-For",
    "X-Real-IP",        "X-Request-ID",
    "X-Unknown",
};

// Everything the gateway does with a head before it knows who is calling.
void read_head(const std::string& bytes, std::size_t piece) {
    static const http::Limits limits;
    static const TrustedProxies proxies({"127.0.0.0/8", "::1", "10.0.0.0/8", "fe80::/10"}, true);
    static const Cors cors({"https://app.example.lk", "https://other.example.lk"});
    http::HeadScan scan(limits);
    auto state = http::HeadState::incomplete;
    for (std::size_t seen = 0; seen < bytes.size() && state == http::HeadState::incomplete;) {
        seen = std::min(seen + piece, bytes.size());
        state = scan.advance(std::string_view(bytes).substr(0, seen));
    }
    http::Request request;
    if (state != http::HeadState::complete ||
        http::parse_head(std::string_view(bytes).substr(0, scan.size()), request) != http::ParseError::ok) {
        return;
    }
    static_cast<void>(proxies.client(boost::asio::ip::make_address("127.0.0.1"), request));
    request_id(request);
    trace_parent(request);
    parse_if_match(request);
    none_match_hits(request, "\"7\"");
    has_json_body(request);
    Cors::is_preflight(request);
    http::Response response;
    cors.allow_reading(request, response);
    cors.allow_sending(request, "GET", response);
    validate::readable(request.header(http::field::user_agent), 512);
}

const transcode::RouteTable& routes() {
    static const auto table = transcode::RouteTable::build(transcode::contract_services()).value();
    return table;
}

void read_request(const transcode::Route& route, std::string_view query, std::string_view body) {
    transcode::Match match;
    match.outcome = transcode::Match::Outcome::found;
    match.route = &route;
    match.variables.assign(route.request->path.size(), "0198c5a0-7c1e-7f3a-9b1d-2f6f0c5d8e11");
    auto decoded = transcode::decode_request(match, query, body);
    if (decoded) {
        validate::check(*decoded->message, decoded->issues);
    }
}

// The names of the texts in the first level of a body, or of the query.
std::vector<std::string> keys_of(const transcode::ObjectPlan& plan) {
    std::vector<std::string> keys;
    for (const auto& [name, field] : plan.fields) {
        keys.push_back(name);
    }
    return keys;
}

// A step is a basic block: a handful of instructions, without optimisation. A head is walked a few times; what stands
// in a query or a body is looked up, converted and noted, which costs some hundred steps for each of its shortest
// parts. A loop within a loop would cost ten thousands.
constexpr std::uint64_t head_steps_per_byte = 300;
constexpr std::uint64_t content_steps_per_byte = 2'000;
constexpr std::uint64_t fixed_steps = 100'000;

void check_head(const std::string& head, std::size_t piece) {
    CHECK(steps_of([&] { read_head(head, piece); }) <= fixed_steps + head_steps_per_byte * head.size());
}

void check_request(const transcode::Route& route, std::string_view query, std::string_view body) {
    CHECK(steps_of([&] { read_request(route, query, body); }) <=
          fixed_steps + content_steps_per_byte * (query.size() + body.size()));
}

}  // namespace

TEST_CASE("the hook counts") {
    CHECK(steps_of([] { read_head("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 1000); }) > 100);
}

TEST_CASE("every header at its worst, in one line and in many: steps are bounded by bytes") {
    const http::Limits limits;
    for (const std::string_view name : names) {
        CAPTURE(name);
        for (const std::string_view piece : pieces) {
            CAPTURE(piece);
            const std::string start = "GET /v1/bikes HTTP/1.1\r\nHost: x\r\n";
            const std::string one = start + std::string(name) + ": " + repeat(piece, 31'000) + "\r\n\r\n";
            REQUIRE(one.size() < limits.head);
            check_head(one, one.size());
            std::string many = start;
            for (int i = 0; i != 98; ++i) {
                many += std::string(name) + ": " + repeat(piece, 280) + "\r\n";
            }
            many += "\r\n";
            REQUIRE(many.size() < limits.head);
            check_head(many, many.size());
        }
    }
}

TEST_CASE("a head that trickles in costs no more than one that comes at once") {
    const std::string head =
        "GET /v1/bikes HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: " + repeat("10.1.0.1,", 31'000) + "\r\n\r\n";
    check_head(head, 1);
}

TEST_CASE("every query field of every route at its worst: steps are bounded by bytes") {
    constexpr std::size_t bytes = 8'000;  // the longest request line
    for (const transcode::Route* route : routes().routes()) {
        CAPTURE(route->path);
        std::vector<std::string> parts{"&", "a&", "a=b&", "%61=%62&", "%&", "%ff=%ff&", "=&", "+"};
        std::string distinct;
        for (int i = 0; distinct.size() < bytes; ++i) {
            distinct += "k" + std::to_string(i) + "&";
        }
        check_request(*route, distinct, {});
        for (const std::string& key : keys_of(route->request->query)) {
            parts.push_back(key + "=&");
            parts.push_back(key + "=x&");
            parts.push_back(key + "=%ff&");
        }
        for (const std::string& part : parts) {
            CAPTURE(part);
            const std::string query = repeat(part, bytes);
            check_request(*route, query, {});
        }
        for (const std::string& key : keys_of(route->request->query)) {
            CAPTURE(key);
            for (const std::string_view value : {",", "a,", "9", "%CC%81", "%CC%96%CC%81", "%E3%80%80", "+", "-"}) {
                const std::string query = key + "=" + repeat(value, bytes);
                check_request(*route, query, {});
            }
        }
    }
}

TEST_CASE("every body field of every route at its worst: steps are bounded by bytes") {
    for (const transcode::Route* route : routes().routes()) {
        if (route->request->body == nullptr) {
            continue;
        }
        CAPTURE(route->path);
        const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(route->body_limit, 8 * 1024));
        const auto check = [&](const std::string& body) { check_request(*route, {}, body); };
        std::string distinct = "{\"k\":1";
        for (int i = 0; distinct.size() < bytes; ++i) {
            distinct += ",\"k" + std::to_string(i) + "\":1";
        }
        check(distinct + "}");
        check("{" + repeat("\"k\":1,", bytes) + "\"k\":1}");
        check(repeat("[", bytes));
        check(repeat("{\"a\":", bytes));
        for (const std::string& key : keys_of(*route->request->body)) {
            CAPTURE(key);
            const std::string start = "{\"" + key + "\":";
            for (const std::string_view piece : {"a", " ", "\u0301", "\u0316\u0301", "\u3000", "\ufdfa", "\u200b",
                                                 "\\u0301", "\\n", "9", "-", "WP ", "\\u0000"}) {
                check(start + "\"" + repeat(piece, bytes) + "\"}");
                check(start + "\"a" + repeat(piece, 900) + "\"}");
                check(start + "[\"" + repeat(piece, bytes) + "\"]}");
            }
            check(start + repeat("9", bytes) + "}");
            check(start + "1e" + repeat("9", bytes) + "}");
            check(start + "[" + repeat("1,", bytes) + "1]}");
            check(start + "[" + repeat("\"\u0301\",", bytes) + "\"\"]}");
            check(start + "[" + repeat("{\"x\":1},", bytes) + "{}]}");
            check(start + "[" + repeat("[],", bytes) + "[]]}");
            check(start + "[" + repeat("null,", bytes) + "null]}");
        }
    }
}
