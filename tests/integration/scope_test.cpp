// D-901 … D-904: what a user of one branch sees and may do to another's bikes, by every route.
#include <doctest/doctest.h>

#include "support/suite.hpp"

using namespace loan_manager::testing;

namespace {

std::string new_bike(Suite& suite, const std::string& branch) {
    auto answer = suite.post("/v1/bikes/procure", procurement(branch), suite.token("admin"));
    REQUIRE(answer.status == 201);
    return std::string(answer.json().at("id").as_string());
}

}  // namespace

TEST_CASE("D-902 a bike of another branch: 404 on GET, 403 OUT_OF_SCOPE on a command") {
    auto& suite = Suite::shared();
    auto own = new_bike(suite, "WW");
    auto foreign = new_bike(suite, "BD");
    auto manager = suite.token(suite.user_with_role("branch_manager", "WW"));

    CHECK(suite.get("/v1/bikes/" + own, manager).status == 200);
    for (const auto* suffix : {"", "/stock-history"}) {
        CAPTURE(suffix);
        auto answer = suite.get("/v1/bikes/" + foreign + suffix, manager);
        CHECK(answer.status == 404);
        CHECK(answer.code() == "NOT_FOUND");
    }
    auto number = suite.database().value("select current_stock_number from bicycles where id = '" + foreign + "'");
    CHECK(suite.get("/v1/stock-numbers?number=" + number, manager).status == 404);

    auto edit = suite.patch("/v1/bikes/" + foreign, R"({"color":"red"})", manager, "\"1\"");
    CHECK(edit.status == 403);
    CHECK(edit.code() == "OUT_OF_SCOPE");
    // Scope is decided before the tag: a stale tag must not tell that the row moved on.
    CHECK(suite.patch("/v1/bikes/" + foreign, R"({"color":"red"})", manager, "\"77\"").status == 403);
    auto buy = suite.post("/v1/bikes/procure", procurement("BD"), manager);
    CHECK(buy.status == 403);
    CHECK(buy.code() == "OUT_OF_SCOPE");
    auto absent = suite.patch("/v1/bikes/01900000-0000-7000-8000-000000000000", R"({"color":"red"})", manager, "\"1\"");
    CHECK(absent.status == 404);
}

TEST_CASE("D-901 lists hold exactly the covered rows, whatever the filter says") {
    auto& suite = Suite::shared();
    new_bike(suite, "WW");
    new_bike(suite, "BD");
    struct Case {
        const char* role;
        const char* branch;
        std::string condition;
    };
    // Where it stands, or where an open transfer takes it (D-505).
    const auto at = [](const std::string& code) {
        return "'" + code +
               "' in (select r.code from branches r where r.id = b.current_branch_id union all select r.code from "
               "transfers t join branches r on r.id = t.to_branch_id where t.bicycle_id = b.id and t.status in "
               "('PENDING', 'APPROVED', 'IN_TRANSIT'))";
    };
    const auto mechanic = suite.user_with_role("mechanic", "WW");
    const auto with_his_job =
        "exists (select from repair_jobs j join users u on u.id = j.mechanic_id where "
        "j.bicycle_id = b.id and u.username = '" +
        mechanic + "')";
    for (const auto& one :
         {Case{"branch_manager", "WW", at("WW")}, Case{"sales_agent", "BD", at("BD")},
          Case{"inventory_manager", "", "true"}, Case{"auditor", "", "true"}, Case{"mechanic", "WW", with_his_job}}) {
        CAPTURE(std::string(one.role));
        auto token = suite.token(suite.user_with_role(one.role, one.branch));
        auto expected = suite.database().value("select count(*) from bicycles b where " + one.condition);
        auto answer = suite.get("/v1/bikes?limit=1", token);
        REQUIRE(answer.status == 200);
        CHECK(std::to_string(answer.json().at("total").as_int64()) == expected);
    }
    auto manager = suite.token(suite.user_with_role("branch_manager", "WW"));
    CHECK(suite.get("/v1/bikes?branch_id=BD", manager).json().at("items").as_array().empty());
    CHECK(suite.get("/v1/bikes?company_id=IN", manager).json().at("items").as_array().empty());
    CHECK(suite.get("/v1/reports/branch-stock?branch_id=BD", manager).json().at("items").as_array().empty());
    auto report = suite.get("/v1/reports/branch-stock", manager);
    REQUIRE(report.status == 200);
    const auto body = report.json();
    for (const auto& row : body.at("items").as_array()) CHECK(row.at("branch_code").as_string() == "WW");
}

TEST_CASE("D-901 a head manager reaches every branch of his company and none of the other") {
    auto& suite = Suite::shared();
    auto head = suite.user_with_role("head_manager");
    auto token = suite.token(head);
    auto scope = suite.get("/v1/me", token).json().at("company_scope").at(0).as_string();
    // D-505: also the bikes on their way into the company.
    auto expected = suite.database().value(
        "select count(*) from bicycles b where company_id = '" + std::string(scope) +
        "' or exists (select 1 from transfers t join branches r on r.id = t.to_branch_id where t.bicycle_id = b.id"
        " and t.status in ('PENDING', 'APPROVED', 'IN_TRANSIT') and r.company_id = '" +
        std::string(scope) + "')");
    CHECK(std::to_string(suite.get("/v1/bikes?limit=1", token).json().at("total").as_int64()) == expected);
}

TEST_CASE("D-904 without costs:read the money keys are absent, not null") {
    auto& suite = Suite::shared();
    auto bike = new_bike(suite, "WW");
    auto agent = suite.token(suite.user_with_role("sales_agent", "WW"));
    auto answer = suite.get("/v1/bikes/" + bike, agent);
    REQUIRE(answer.status == 200);
    auto row = answer.json().as_object();
    for (const auto* key : {"purchase_price", "hand_amount", "settlement_amount", "purchase_total", "expense_total",
                            "repair_total", "transfer_total", "total_cost", "after_sale_total"}) {
        CAPTURE(key);
        CHECK(!row.contains(key));
    }
    CHECK(row.contains("asking_price"));
    CHECK(row.at("asking_price").is_null());
    CHECK(!row.contains("costs_hidden"));
    auto sorted = suite.get("/v1/bikes?sort=purchase_price", agent);
    CHECK(sorted.status == 403);
    CHECK(suite.get("/v1/reports/cost-summary", agent).status == 403);
    auto stock = suite.get("/v1/reports/branch-stock", agent);
    REQUIRE(stock.status == 200);
    REQUIRE(!stock.json().at("items").as_array().empty());
    CHECK(!stock.json().at("items").at(0).as_object().contains("cost_value"));
}

TEST_CASE("D-211 FORBIDDEN comes before validation, If-Match and the row (D-212)") {
    auto& suite = Suite::shared();
    auto viewer = suite.token(suite.user_with_role("viewer"));
    auto procure = suite.post("/v1/bikes/procure", R"({"year":"x"})", viewer);
    CHECK(procure.status == 403);
    CHECK(procure.code() == "FORBIDDEN");
    auto edit = suite.patch("/v1/bikes/01900000-0000-7000-8000-000000000000", R"({"color":"red"})", viewer, "");
    CHECK(edit.status == 403);
    CHECK(suite.post("/v1/views/refresh", "{}", viewer).status == 403);
}
