#include <doctest/doctest.h>

#include "support/contract.hpp"
#include "support/suite.hpp"

using namespace loan_manager::testing;

TEST_CASE("the API describes itself: OpenAPI 3.1 with every route, readable offline at /docs") {
    auto& suite = Suite::shared();
    auto answer = suite.get("/v1/openapi.json");
    REQUIRE(answer.status == 200);
    auto document = answer.json();
    CHECK(document.at("openapi").as_string().starts_with("3.1"));
    for (const auto* path : {"/v1/auth/login", "/v1/me", "/v1/bikes", "/v1/bikes/{id}", "/v1/bikes/procure",
                             "/v1/reports/branch-stock", "/.well-known/jwks.json"}) {
        CAPTURE(path);
        CHECK(document.at("paths").as_object().contains(path));
    }
    auto page = suite.get("/docs");
    CHECK(page.status == 200);
    CHECK(page.header("content-type").starts_with("text/html"));
    CHECK(page.body.find("http://") == std::string::npos);
    CHECK(page.body.find("https://") == std::string::npos);
}

TEST_CASE("operators can scrape every service on its admin port") {
    auto& suite = Suite::shared();
    for (const auto* instance : {"gateway", "auth", "fleet", "lifecycle-refresher"}) {
        CAPTURE(instance);
        CHECK(http(suite.admin_port(instance), "GET", "/health/live").status == 200);
        CHECK(http(suite.admin_port(instance), "GET", "/health/ready").status == 200);
        auto metrics = http(suite.admin_port(instance), "GET", "/metrics");
        CHECK(metrics.status == 200);
        CHECK(metrics.body.find("# TYPE") != std::string::npos);
    }
    CHECK(suite.get("/metrics").status == 404);
}

TEST_CASE("every answer a test sees is compared with the document") {
    using contract::complaint;
    CHECK(complaint("GET", "/v1/bikes?limit=1", 200, "").empty());
    CHECK(complaint("HEAD", "/v1/bikes", 304, "").empty());
    CHECK(complaint("GET", "/v1/bikes", 401, "TOKEN_EXPIRED").empty());
    CHECK(complaint("POST", "/v1/sales/1/void", 202, "").empty());
    CHECK(complaint("POST", "/v1/auth/login", 429, "LOGIN_THROTTLED").empty());
    CHECK(complaint("GET", "/v1/nothing", 404, "NOT_FOUND").empty());
    CHECK(complaint("PUT", "/v1/bikes", 405, "METHOD_NOT_ALLOWED").empty());
    CHECK(complaint("GET", "/v1/bikes", 431, "TOO_LARGE").empty());
    CHECK_FALSE(complaint("GET", "/v1/bikes", 201, "").empty());
    CHECK_FALSE(complaint("POST", "/v1/bikes/procure", 202, "").empty());
    CHECK_FALSE(complaint("GET", "/v1/bikes", 401, "BAD_CREDENTIALS").empty());
    CHECK_FALSE(complaint("GET", "/v1/bikes", 418, "TEAPOT").empty());
    CHECK_FALSE(complaint("GET", "/v1/bikes", 404, "").empty());
    CHECK_FALSE(complaint("GET", "/v1/nothing", 200, "").empty());
}
