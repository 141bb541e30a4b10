#include <doctest/doctest.h>

#include "support/suite.hpp"

using namespace loan_manager::testing;

TEST_CASE("D-1002 a procurement reaches the reports by itself, and they say as_of") {
    auto& suite = Suite::shared();
    auto token = suite.token("admin");
    auto bike = suite.post("/v1/bikes/procure", procurement("BRC"), token).json();
    auto id = bike.at("id").as_string();
    CHECK(eventually(
        [&] {
            auto report = suite.get("/v1/reports/cost-summary?branch_id=BRC&limit=200", token);
            if (report.status != 200) return false;
            auto body = report.json();
            for (const auto& row : body.at("items").as_array()) {
                if (row.at("bicycle_id").as_string() == id) return body.at("as_of").is_string();
            }
            return false;
        },
        std::chrono::seconds(60)));
    auto stock = suite.get("/v1/reports/branch-stock", token);
    REQUIRE(stock.status == 200);
    CHECK(stock.json().at("age_seconds").is_int64());
    CHECK(stock.json().at("totals").at("bikes").as_int64() > 0);
}

TEST_CASE("views: listed with their freshness and history; unknown view 404") {
    auto& suite = Suite::shared();
    auto token = suite.token("admin");
    auto views = suite.get("/v1/views", token);
    REQUIRE(views.status == 200);
    CHECK(views.json().at("items").as_array().size() == 2);
    auto started = suite.post("/v1/views/bike_cost_summary/refresh", "{}", token);
    CHECK(started.status == 202);
    CHECK(started.json().as_array().size() == 1);
    auto history = suite.get("/v1/views/bike_cost_summary/refreshes", token);
    REQUIRE(history.status == 200);
    CHECK(!history.json().at("items").as_array().empty());
    CHECK(suite.get("/v1/views/no_such_view/refreshes", token).status == 404);
    CHECK(suite.post("/v1/views/no_such_view/refresh", "{}", token).status == 404);
}

TEST_CASE("loan-managerctl refresh drives the service and says how it went") {
    auto& suite = Suite::shared();
    auto all = suite.ctl({"refresh", "--all"});
    CAPTURE(all.text);
    CHECK(all.exit_code == 0);
    CHECK(all.text.find("bike_cost_summary") != std::string::npos);
    CHECK(all.text.find("branch_stock_summary") != std::string::npos);
    CHECK(suite.ctl({"refresh", "--view", "branch_stock_summary"}).exit_code == 0);
    CHECK(suite.ctl({"refresh", "--view", "no_such_view"}).exit_code != 0);
    CHECK(suite.ctl({"refresh"}).exit_code == 2);
    CHECK(suite.violations() == "");
}

TEST_CASE("loan-managerctl check names what is broken") {
    Suite suite;
    REQUIRE(suite.ctl({"check"}).exit_code == 0);
    suite.database().rows("update stock_counters set last_number = 0");
    auto broken = suite.ctl({"check"});
    CHECK(broken.exit_code == 1);
    CHECK(broken.text.find("I-04") != std::string::npos);
}
