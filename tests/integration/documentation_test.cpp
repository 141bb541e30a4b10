#include <doctest/doctest.h>

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
