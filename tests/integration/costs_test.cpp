// What a bike has cost, and what happened to it: D-701 to D-704, D-904, the timeline.
#include <doctest/doctest.h>

#include <algorithm>

#include "support/transfers.hpp"

using namespace loan_manager::testing;

namespace {

boost::json::value fetch(Suite& suite, const std::string& target, const std::string& token) {
    auto answer = suite.get(target, token);
    CAPTURE(answer.body);
    REQUIRE(answer.status == 200);
    return answer.json();
}

}  // namespace

TEST_CASE("D-701 and D-703 a bike just bought has cost its purchase price, booked once at the acquisition branch") {
    auto& suite = Suite::shared();
    auto manager = suite.token(suite.user_with_role("branch_manager", "WW"));
    auto bike = new_bike(suite, "WW");

    auto costs = fetch(suite, "/v1/bikes/" + bike + "/cost-summary", manager);
    CHECK(text(costs, "status") == "IN_STOCK");
    CHECK(text(costs, "purchase_total") == "150000.00");
    for (const auto* zero : {"expense_total", "repair_total", "transfer_total", "after_sale_total"}) {
        CAPTURE(zero);
        CHECK(text(costs, zero) == "0.00");
    }
    CHECK(text(costs, "total_cost") == "150000.00");
    for (const auto* absent : {"selling_price", "profit", "margin_pct", "markup_pct", "sale"}) {
        CAPTURE(absent);
        CHECK(costs.at(absent).is_null());
    }

    auto ledger = fetch(suite, "/v1/bikes/" + bike + "/ledger", manager);
    REQUIRE(ledger.at("items").as_array().size() == 1);
    auto entry = ledger.at("items").at(0);
    CHECK(text(entry, "entry_type") == "PURCHASE");
    CHECK(text(entry, "amount") == "150000.00");
    CHECK(text(entry, "branch_code") == "WW");
    CHECK(text(entry, "source_table") == "bicycles");
    CHECK(text(entry, "source_id") == bike);
    CHECK(entry.at("source_version") == 1);
    CHECK(entry.at("reverses_id").is_null());
    CHECK(entry.at("meta").is_object());
}

TEST_CASE("D-704 a correction is a reversing entry and a new original with the next version, newest first and paged") {
    auto& suite = Suite::shared();
    auto admin = suite.token("admin");
    auto bike = new_bike(suite, "WW");
    auto path = "/v1/bikes/" + bike;
    REQUIRE(suite.patch(path, R"({"purchase_price":"149999.99","reason":"typed wrongly"})", admin, "\"1\"").status ==
            200);

    auto ledger = fetch(suite, path + "/ledger", admin);
    auto entries = ledger.at("items").as_array();
    REQUIRE(entries.size() == 3);
    CHECK(ledger.at("total") == 3);
    CHECK(text(entries.at(0), "amount") == "149999.99");
    CHECK(entries.at(0).at("source_version") == 2);
    CHECK(text(entries.at(1), "amount") == "-150000.00");
    CHECK(text(entries.at(1), "reverses_id") == text(entries.at(2), "id"));
    CHECK(text(entries.at(2), "amount") == "150000.00");
    CHECK(text(fetch(suite, path + "/cost-summary", admin), "total_cost") == "149999.99");

    auto first = fetch(suite, path + "/ledger?limit=2", admin);
    REQUIRE(first.at("items").as_array().size() == 2);
    auto second = fetch(suite, path + "/ledger?limit=2&cursor=" + text(first, "next_cursor"), admin);
    REQUIRE(second.at("items").as_array().size() == 1);
    CHECK(second.at("items").at(0) == entries.at(2));
    CHECK(second.at("next_cursor").is_null());
    CHECK(suite.get(path + "/ledger?cursor=nonsense", admin).code() == "BAD_CURSOR");
    CHECK(suite.violations() == "");
}

TEST_CASE(
    "D-904 ledger and cost-summary: 403 without costs:read, 404 out of reach, the destination of an open transfer") {
    auto& suite = Suite::shared();
    auto transfer = pending_transfer(suite, "WW", "MO");
    auto bike = text(transfer, "bicycle_id");
    auto destination = suite.token(suite.user_with_role("branch_manager", "MO"));
    for (const auto* view : {"/ledger", "/cost-summary", "/timeline"}) {
        CAPTURE(view);
        CHECK(suite.get("/v1/bikes/" + bike + view, destination).status == 200);
    }
    auto closed = command_transfer(suite, transfer, "cancel", "admin", R"({"reason":"not needed"})");
    REQUIRE(closed.status == 200);
    for (const auto* view : {"/ledger", "/cost-summary"}) {
        CAPTURE(view);
        auto path = "/v1/bikes/" + bike + view;
        CHECK(suite.get(path, suite.token(suite.user_with_role("sales_agent", "WW"))).code() == "FORBIDDEN");
        CHECK(suite.get(path, suite.token(suite.user_with_role("branch_manager", "MO"))).status == 404);
        CHECK(suite.get(path, suite.token("auditor")).status == 200);
        CHECK(suite.get("/v1/bikes/00000000-0000-7000-8000-00000000dead" + std::string(view), suite.token("admin"))
                  .status == 404);
    }
}

TEST_CASE("D-703 an expense counts at its branch under its category, its void takes it off; whom the timeline tells") {
    auto& suite = Suite::shared();
    auto manager = suite.token(suite.user_with_role("branch_manager", "WW"));
    auto bike = new_bike(suite, "WW");
    auto path = "/v1/bikes/" + bike;
    auto expense = suite.post(path + "/expenses",
                              R"({"category":"MINOR_REPAIR","description":"new mirror","amount":"1234.5"})", manager);
    REQUIRE(expense.status == 201);
    auto costs = fetch(suite, path + "/cost-summary", manager);
    CHECK(text(costs, "expense_total") == "1234.50");
    CHECK(text(costs, "total_cost") == "151234.50");
    auto ledger = fetch(suite, path + "/ledger?limit=1", manager);
    CHECK(text(ledger.at("items").at(0), "entry_type") == "EXPENSE");
    CHECK(text(ledger.at("items").at(0), "category") == "MINOR_REPAIR");

    auto voided = suite.post("/v1/expenses/" + text(expense.json(), "id") + "/void", R"({"reason":"booked twice"})",
                             manager, {{"if-match", expense.header("etag")}});
    REQUIRE(voided.status == 200);
    CHECK(text(fetch(suite, path + "/cost-summary", manager), "total_cost") == "150000.00");
    CHECK(suite.violations() == "");

    auto timeline = fetch(suite, path + "/timeline", manager);
    REQUIRE(timeline.at("items").as_array().size() == 3);
    CHECK(text(timeline.at("items").at(0), "summary") == "Expense voided: booked twice");
    CHECK(text(timeline.at("items").at(1), "summary") == "Expense of 1234.50 (minor repair) recorded: new mirror");
    CHECK(text(timeline.at("items").at(1), "entity_id") == text(expense.json(), "id"));
    // An agent may not read expenses.
    auto agent = suite.token(suite.user_with_role("sales_agent", "WW"));
    CHECK(fetch(suite, path + "/timeline", agent).at("total") == 1);
}

TEST_CASE("D-703 a delivery is booked at the destination; the timeline follows the bike from branch to branch") {
    auto& suite = Suite::shared();
    auto moving = transfer_in_transit(suite, "WW", "MO");
    auto bike = text(moving, "bicycle_id");
    auto arrived = command_transfer(suite, moving, "complete", "admin", R"({"transfer_cost":"2500"})");
    REQUIRE(arrived.status == 200);
    auto number = text(arrived.json(), "transfer_no");
    auto manager = suite.token(suite.user_with_role("branch_manager", "MO"));
    auto costs = fetch(suite, "/v1/bikes/" + bike + "/cost-summary", manager);
    CHECK(text(costs, "transfer_total") == "2500.00");
    CHECK(text(costs, "total_cost") == "152500.00");
    auto ledger = fetch(suite, "/v1/bikes/" + bike + "/ledger", manager);
    CHECK(text(ledger.at("items").at(0), "entry_type") == "TRANSFER");
    CHECK(text(ledger.at("items").at(0), "branch_code") == "MO");

    const auto timeline = fetch(suite, "/v1/bikes/" + bike + "/timeline", manager);
    std::vector<std::string> told;
    for (const auto& item : timeline.at("items").as_array()) told.push_back(text(item, "summary"));
    REQUIRE(told.size() == 5);
    CHECK(told.at(0) == "Arrived at MO as " + text(arrived.json(), "to_stock_number") + " (" + number + ")");
    CHECK(told.at(1) == "Sent off to MO (" + number + ")");
    CHECK(told.at(2) == "Transfer " + number + " approved");
    CHECK(told.at(3) == "Transfer " + number + " from WW to MO requested");
    CHECK(told.at(4) == "Bought at WW as " + text(arrived.json(), "from_stock_number"));
    CHECK(suite.violations() == "");
}

TEST_CASE("D-702 golden case: 150000 + 15000 + 5000, sold for 195000; D-708 costs after the sale stand beside it") {
    auto& suite = Suite::shared();
    auto manager = suite.token(suite.user_with_role("branch_manager", "WW"));
    auto mechanic = suite.database().value("select id from users where username = '" +
                                           suite.user_with_role("mechanic", "WW") + "'");
    auto bike = new_bike(suite, "WW");
    auto path = "/v1/bikes/" + bike;
    const auto create = [&](const std::string& target, const std::string& body, const std::string& token) {
        auto answer = suite.post(target, body, token);
        INFO(answer.body);
        REQUIRE(answer.status == 201);
        return answer.json();
    };

    auto job = text(create("/v1/repair-jobs",
                           R"({"branch_id":"WW","job_type":"FULL_OVERHAUL_BEFORE_SALE","bicycle_id":")" + bike +
                               R"(","mechanic_id":")" + mechanic + R"("})",
                           manager),
                    "id");
    // B10, B2, B13: a bike with an open job is not returned, reserved or written off.
    const auto at_work = tag(fetch(suite, path, manager));
    for (const std::string verb : {"return-to-stock", "reserve"}) {
        CAPTURE(verb);
        auto refused = suite.post(path + "/" + verb, verb == "reserve" ? R"({"reserved_for":"N"})" : "{}", manager,
                                  {{"if-match", at_work}});
        CHECK(refused.code() == "OPEN_JOB");
    }
    CHECK(suite
              .post(path + "/write-off", R"({"kind":"LOST","reason":"cannot be found"})", suite.token("admin"),
                    {{"if-match", at_work}})
              .code() == "OPEN_JOB");

    auto work = "/v1/repair-jobs/" + job;
    const auto step = [&](const std::string& verb, const std::string& body) {
        auto answer = suite.post(work + "/" + verb, body, manager, {{"if-match", tag(fetch(suite, work, manager))}});
        INFO(answer.body);
        REQUIRE(answer.status == 200);
    };
    step("start", "{}");
    create(work + "/lines", R"({"kind":"PART","description":"chain kit","quantity":"2","unit_cost":"5000"})", manager);
    create(work + "/lines", R"({"kind":"LABOUR","description":"fitting","quantity":"2.5","unit_cost":"2000"})",
           manager);
    step("complete", R"({"work_performed":"new chain"})");
    create(path + "/expenses", R"({"category":"DOCUMENTATION","description":"papers","amount":"5000"})", manager);

    auto costs = fetch(suite, path + "/cost-summary", manager);
    CHECK(text(costs, "repair_total") == "15000.00");
    CHECK(text(costs, "expense_total") == "5000.00");
    CHECK(text(costs, "total_cost") == "170000.00");
    CHECK(costs.at("profit").is_null());

    auto sale =
        create(path + "/sell",
               R"({"selling_price":"195000","payment_method":"CASH","customer_name":"Nimal Perera",)"
               R"("customer_phone":"0771234567","customer_nic":"851234567V","customer_address":"12 Main Street"})",
               manager);
    create(path + "/expenses",
           R"({"category":"OTHER","description":"a forgotten key","amount":"700","post_sale":true})",
           suite.token("admin"));
    costs = fetch(suite, path + "/cost-summary", manager);
    CHECK(text(costs, "status") == "SOLD");
    CHECK(text(costs, "selling_price") == "195000.00");
    CHECK(text(costs, "total_cost") == "170000.00");
    CHECK(text(costs, "profit") == "25000.00");
    CHECK(text(costs, "margin_pct") == "12.82");
    CHECK(text(costs, "markup_pct") == "14.71");
    CHECK(text(costs, "after_sale_total") == "700.00");
    CHECK(text(costs.at("sale"), "id") == text(sale, "id"));
    CHECK(text(costs.at("sale"), "total_cost") == "170000.00");

    auto ledger = fetch(suite, path + "/ledger", manager);
    std::vector<std::string> booked;
    for (const auto& entry : ledger.at("items").as_array()) {
        booked.push_back(text(entry, "entry_type") + " " + text(entry, "amount") +
                         (entry.at("post_sale").as_bool() ? " after" : ""));
    }
    CHECK(booked == std::vector<std::string>{"EXPENSE 700.00 after", "SALE 195000.00", "EXPENSE 5000.00",
                                             "REPAIR 15000.00", "PURCHASE 150000.00"});

    auto timeline = fetch(suite, path + "/timeline", manager);
    std::vector<std::string> kinds;
    for (const auto& item : timeline.at("items").as_array()) kinds.push_back(text(item, "kind"));
    for (const std::string kind :
         {"bike.procured", "job.opened", "job.started", "job.completed", "expense.recorded", "sale.recorded"}) {
        CAPTURE(kind);
        CHECK(std::count(kinds.begin(), kinds.end(), kind) > 0);
    }
    // An agent, who may not see costs, learns the price but no cost.
    const auto agent = suite.get(path + "/timeline", suite.token(suite.user_with_role("sales_agent", "WW"))).body;
    CHECK(agent.find("Sold at WW for 195000.00") != std::string::npos);
    for (const auto* cost : {"170000", "25000.00", "15000.00", "150000", "12.82"}) {
        CAPTURE(cost);
        CHECK(agent.find(cost) == std::string::npos);
    }
    CHECK(suite.violations() == "");
}

TEST_CASE("The timeline of a bike tells what happened to it, newest first, to whom the bike is shown") {
    auto& suite = Suite::shared();
    auto admin = suite.token("admin");
    auto bike = new_bike(suite, "WW");
    auto path = "/v1/bikes/" + bike;
    auto number = text(fetch(suite, path, admin), "current_stock_number");
    const auto command = [&](const std::string& verb, const std::string& body, int version) {
        REQUIRE(suite.post(path + "/" + verb, body, admin, {{"if-match", tag(version)}}).status == 200);
    };
    REQUIRE(suite.patch(path, R"({"color":"red","purchase_price":"151000","reason":"typed wrongly"})", admin, "\"1\"")
                .status == 200);
    command("reserve", R"({"reserved_for":"Kamala","reserved_until":"2099-01-31"})", 2);
    command("release", "{}", 3);
    command("write-off-request", R"({"kind":"STOLEN","reason":"not where it stood"})", 4);
    command("write-off", R"({"kind":"STOLEN","reason":"police report 17"})", 5);

    auto agent = suite.token(suite.user_with_role("sales_agent", "WW"));
    auto timeline = fetch(suite, path + "/timeline", agent);
    std::vector<std::string> told;
    const auto items = timeline.at("items").as_array();
    for (const auto& item : items) {
        told.push_back(text(item, "kind") + ": " + text(item, "summary"));
        CHECK(text(item, "entity_id") == bike);
    }
    CHECK(told == std::vector<std::string>{
                      "bike.written_off: Written off (stolen): police report 17",
                      "bike.write_off_requested: Write-off requested (stolen): not where it stood",
                      "bike.released: Reservation for Kamala released",
                      "bike.reserved: Reserved for Kamala until 2099-01-31",
                      "bike.updated: Facts changed: color, purchase price",
                      "bike.procured: Bought at WW as " + number,
                  });
    // Whoever may not see costs learns of none.
    const auto body = suite.get(path + "/timeline", agent).body;
    CHECK(body.find("151000") == std::string::npos);
    CHECK(body.find("150000") == std::string::npos);

    auto page = fetch(suite, path + "/timeline?limit=4", agent);
    CHECK(page.at("total") == 6);
    auto rest = fetch(suite, path + "/timeline?limit=4&cursor=" + text(page, "next_cursor"), agent);
    CHECK(rest.at("items").as_array().size() == 2);
    CHECK(rest.at("items").at(1) == items.at(5));

    CHECK(suite.get(path + "/timeline", suite.token(suite.user_with_role("sales_agent", "MO"))).status == 404);
}
