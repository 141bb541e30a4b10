// Malformed, oversized, slow and hostile HTTP against the real gateway.
#include <doctest/doctest.h>

#include "support/suite.hpp"

using namespace loan_manager::testing;
using namespace std::string_literals;

namespace {

int raw_status(const std::string& bytes) {
    return status_of(raw_http(Suite::shared().gateway_port(), bytes, std::chrono::milliseconds(1500)));
}

}  // namespace

TEST_CASE("hostile: request smuggling shapes are refused") {
    CHECK(raw_status("POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: "
                     "chunked\r\n\r\n0\r\n\r\n") == 400);
    CHECK(raw_status(
              "POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde") == 400);
    CHECK(raw_status("POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n") == 400);
    CHECK(raw_status("POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: "
                     "chunked\r\n\r\nZZ\r\n") == 400);
    CHECK(raw_status("GET /v1/bikes HTTP/1.1\r\n\r\n") == 400);
    CHECK(raw_status("GET /v1/bikes HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n") == 400);
    CHECK(raw_status("GET /v1/bikes HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n") == 400);
    CHECK(raw_status("GET /v1/bi\0kes HTTP/1.1\r\nHost: x\r\n\r\n"s) == 400);
    CHECK(raw_status("nonsense\r\n\r\n") == 400);
}

TEST_CASE("hostile: oversized header, line and body") {
    auto& suite = Suite::shared();
    auto header = raw_status("GET /v1/bikes HTTP/1.1\r\nHost: x\r\nX-Big: " + std::string(200000, 'a') + "\r\n\r\n");
    CHECK((header == 431 || header == 400));
    auto line = raw_status("GET /v1/bikes?q=" + std::string(200000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK((line == 414 || line == 431 || line == 400));
    auto announced = raw_status(
        "POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
        "999999999\r\n\r\n");
    CHECK(announced == 413);
    auto body = http(suite.gateway_port(), "POST", "/v1/auth/login", {},
                     R"({"username":")" + std::string(2 * 1024 * 1024, 'a') + R"("})");
    CHECK(body.status == 413);
    CHECK(body.code() == "TOO_LARGE");
    // The gateway is as well as before.
    CHECK(suite.get("/health").status == 200);
}

TEST_CASE("hostile: a slow client is cut off and disturbs nobody") {
    Suite suite({.extra = {{"gateway", {{"HEADER_TIMEOUT_SECONDS", "1"}, {"BODY_TIMEOUT_SECONDS", "1"}}}}});
    auto dribble =
        raw_http(suite.gateway_port(), "GET /v1/bikes HTTP/1.1\r\nHost: x\r\nX-Slow: ", std::chrono::seconds(10));
    CHECK(dribble.closed);
    auto token = suite.token("admin");
    auto half = raw_http(suite.gateway_port(),
                         "POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                         "Content-Length: 100\r\n\r\n{\"user",
                         std::chrono::seconds(10));
    CHECK(half.closed);
    CHECK(suite.get("/v1/bikes?limit=1", token).status == 200);
}

TEST_CASE("D-211 every error has the one shape, also for unknown paths and methods") {
    auto& suite = Suite::shared();
    auto missing = suite.get("/v1/no-such-thing");
    CHECK(missing.status == 404);
    CHECK(missing.code() == "NOT_FOUND");
    auto method = http(suite.gateway_port(), "DELETE", "/v1/bikes");
    CHECK(method.status == 405);
    CHECK(method.code() == "METHOD_NOT_ALLOWED");
    CHECK(method.header("allow").find("GET") != std::string::npos);
    for (const auto& answer : {missing, method}) {
        auto body = answer.json().as_object();
        CHECK(body.contains("message"));
        CHECK(body.at("details").is_array());
        CHECK(body.at("request_id").as_string() == answer.header("x-request-id"));
    }
}

TEST_CASE("D-216 a good request id is kept, a bad one replaced") {
    auto& suite = Suite::shared();
    CHECK(suite.get("/v1/me", {}, {{"x-request-id", "abc.DEF_123-x"}}).header("x-request-id") == "abc.DEF_123-x");
    auto replaced = suite.get("/v1/me", {}, {{"x-request-id", "no good"}}).header("x-request-id");
    CHECK(replaced != "no good");
    CHECK(replaced.size() == 36);
}

TEST_CASE("client-supplied identity headers are ignored") {
    auto& suite = Suite::shared();
    for (const auto* name :
         {"x-user-id", "x-roles", "x-client-ip", "grpc-metadata-authorization", "field-issues-bin"}) {
        CAPTURE(name);
        CHECK(suite.get("/v1/bikes", {}, {{name, "admin"}}).status == 401);
    }
}

TEST_CASE("CORS: the configured origin is answered, another is not") {
    auto& suite = Suite::shared();
    Headers preflight{{"origin", "https://app.example.test"},
                      {"access-control-request-method", "POST"},
                      {"access-control-request-headers", "authorization,content-type,idempotency-key"}};
    auto good = http(suite.gateway_port(), "OPTIONS", "/v1/bikes/procure", preflight);
    CHECK(good.status == 204);
    CHECK(good.header("access-control-allow-origin") == "https://app.example.test");
    preflight["origin"] = "https://evil.example.test";
    CHECK(http(suite.gateway_port(), "OPTIONS", "/v1/bikes/procure", preflight)
              .header("access-control-allow-origin")
              .empty());
}

TEST_CASE("D-217 rate limits: by address without a token, by user with one, never for /health") {
    Suite suite({.extra = {{"gateway", {{"RATE_LIMIT_USER_PER_SECOND", "5"}, {"RATE_LIMIT_USER_BURST", "30"}}}},
                 .rate_limits = true});
    auto admin = suite.token("admin");
    auto viewer = suite.token(suite.user_with_role("viewer"));
    auto refusals = [&](int count, const std::string& target, const std::string& token) {
        int refused = 0;
        for (int i = 0; i < count; ++i) {
            auto answer = suite.get(target, token);
            if (answer.status == 429) {
                ++refused;
                CHECK(answer.code() == "RATE_LIMITED");
                CHECK(!answer.header("retry-after").empty());
            }
        }
        return refused;
    };
    CHECK(refusals(60, "/v1/bikes?limit=1", {}) > 0);
    CHECK(refusals(100, "/health", {}) == 0);
    CHECK(refusals(60, "/v1/companies", admin) > 0);
    CHECK(refusals(5, "/v1/companies", viewer) == 0);
}
