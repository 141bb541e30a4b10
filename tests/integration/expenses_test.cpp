// Branch expenses over HTTP: D-705, D-706, and their entries in the ledger (D-704).
#include <doctest/doctest.h>

#include <string>

#include "support/answers.hpp"
#include "support/concurrency.hpp"
#include "support/sales.hpp"
#include "support/suite.hpp"

using namespace loan_manager::testing;

namespace {

constexpr const char* nobody = "01900000-0000-7000-8000-000000000000";

std::string expenses_of(const std::string& bike) { return "/v1/bikes/" + bike + "/expenses"; }

std::string expense(const std::string& amount, const std::string& extra = {}) {
    return R"({"category":"TRANSPORT","description":"Lorry to the branch","amount":")" + amount + "\"" + extra + "}";
}

boost::json::value record(Suite& suite, const std::string& bike, const std::string& amount,
                          const std::string& extra = {}) {
    const auto answer = suite.post(expenses_of(bike), expense(amount, extra), suite.token("admin"));
    REQUIRE(answer.status == 201);
    return answer.json();
}

std::string path_of(const boost::json::value& expense) { return "/v1/expenses/" + text(expense, "id"); }

HttpResponse void_it(Suite& suite, const std::string& path, const std::string& tag, const std::string& user = "admin",
                     const std::string& body = R"({"reason":"booked twice"})") {
    return suite.post(path + "/void", body, suite.token(user), {{"if-match", tag}});
}

std::string bike_value(Suite& suite, const std::string& bike, const char* column) {
    return suite.database().value(std::string("select ") + column + " from bicycles where id = '" + bike + "'");
}

/// The ledger of a fact in the order it was written: "amount category branch date version [R]" joined by "; ".
std::string ledger_of(Suite& suite, const boost::json::value& expense) {
    return suite.database().value(
        "select coalesce(string_agg(l.amount || ' ' || l.category || ' ' || r.code || ' ' || l.source_version || "
        "case when l.reverses_id is null then '' else ' R' end, '; ' order by l.entry_no), '') from cost_ledger l "
        "join branches r on r.id = l.branch_id where l.source_table = 'expenses' and l.source_id = '" +
        text(expense, "id") + "'");
}

std::string audited(Suite& suite, const boost::json::value& expense, const std::string& action) {
    return suite.database().value("select count(*) from audit_log where entity_type = 'expense' and entity_id = '" +
                                  text(expense, "id") + "' and action = '" + action + "'");
}

std::string tomorrow(Suite& suite) {
    return suite.database().value("select ((now() at time zone 'Asia/Colombo')::date + 1)::text");
}

}  // namespace

TEST_CASE("D-705 an expense is recorded with its ledger entry, the bike's totals, audit row and event") {
    auto& suite = Suite::shared();
    const auto bike = bike_at(suite, "WW");
    const auto answer =
        suite.post(expenses_of(bike),
                   expense("5000", R"(,"invoice_no":"I-7","vendor_name":"Lanka Movers","notes":"paid\nin cash")"),
                   suite.token("admin"));
    REQUIRE(answer.status == 201);
    const auto row = answer.json();
    CHECK(answer.header("location") == path_of(row));
    CHECK(answer.header("etag") == "\"1\"");
    CHECK(text(row, "bicycle_id") == bike);
    CHECK(text(row, "amount") == "5000.00");
    CHECK(text(row, "branch_code") == "WW");
    CHECK(text(row, "expense_date") ==
          suite.database().value("select (now() at time zone 'Asia/Colombo')::date::text"));
    CHECK(text(row, "notes") == "paid\nin cash");
    CHECK_FALSE(row.at("post_sale").as_bool());
    CHECK(row.at("voided_at").is_null());
    CHECK(row.at("created_by").is_string());

    CHECK(ledger_of(suite, row) == "5000.00 TRANSPORT WW 1");
    CHECK(bike_value(suite, bike, "expense_total") == "5000.00");
    CHECK(bike_value(suite, bike, "total_cost") == "155000.00");
    CHECK(bike_value(suite, bike, "version") == "2");
    CHECK(audited(suite, row, "EXPENSE_RECORDED") == "1");
    CHECK(suite.database().value(
              "select count(*) from outbox where event_type = 'expense.recorded' and bicycle_id = '" + bike + "'") ==
          "1");
    const auto read = suite.get(path_of(row), suite.token("admin"));
    CHECK(read.status == 200);
    CHECK(read.json() == row);
}

TEST_CASE("D-705 every field of a new expense is judged in one answer") {
    auto& suite = Suite::shared();
    const auto bike = bike_at(suite, "WW");
    const auto admin = suite.token("admin");
    const auto wrong = suite.post(expenses_of(bike),
                                  R"({"category":"FOOD","description":"abc","amount":"0.00","branch_id":"NOPE",)"
                                  R"("post_sale":"yes","expense_date":")" +
                                      tomorrow(suite) + R"("})",
                                  admin);
    REQUIRE(wrong.status == 422);
    CHECK(issues(wrong) == std::set<std::string>{"category:not_allowed", "description:too_short", "amount:out_of_range",
                                                 "branch_id:not_found", "post_sale:type", "expense_date:out_of_range"});
    const auto empty = suite.post(expenses_of(bike), "{}", admin);
    REQUIRE(empty.status == 422);
    CHECK(issues(empty) == std::set<std::string>{"category:required", "description:required", "amount:required"});
    check_error(suite.post(expenses_of(nobody), expense("1.00"), admin), 404, "NOT_FOUND");
    CHECK(suite.post(expenses_of("none"), expense("1.00"), admin).status == 422);
    check_error(suite.post(expenses_of(bike), expense("1.00", R"(,"amonut":"1")"), admin), 400, "UNKNOWN_FIELD");
    CHECK(bike_value(suite, bike, "expense_total") == "0.00");
}

TEST_CASE("D-706 an expense needs reach on its branch and on the bike") {
    auto& suite = Suite::shared();
    const auto own = bike_at(suite, "WW");
    const auto foreign = bike_at(suite, "BD");
    const auto manager = suite.token(suite.user_with_role("branch_manager", "WW"));
    CHECK(suite.post(expenses_of(own), expense("10.00", R"(,"branch_id":"WW")"), manager).status == 201);
    check_error(suite.post(expenses_of(own), expense("10.00", R"(,"branch_id":"BD")"), manager), 403, "OUT_OF_SCOPE");
    check_error(suite.post(expenses_of(foreign), expense("10.00"), manager), 403, "OUT_OF_SCOPE");
    check_error(suite.post(expenses_of(foreign), expense("10.00", R"(,"branch_id":"WW")"), manager), 403,
                "OUT_OF_SCOPE");

    const auto elsewhere = record(suite, own, "20.00", R"(,"branch_id":"BD")");
    CHECK(text(elsewhere, "branch_code") == "BD");
    CHECK(ledger_of(suite, elsewhere) == "20.00 TRANSPORT BD 1");
    CHECK(bike_value(suite, own, "expense_total") == "30.00");

    // D-902, D-903: the branch of the expense decides, not that of the bike.
    check_error(suite.get(path_of(elsewhere), manager), 404, "NOT_FOUND");
    check_error(suite.patch(path_of(elsewhere), R"({"notes":"mine"})", manager, "\"1\""), 403, "OUT_OF_SCOPE");
    check_error(void_it(suite, path_of(elsewhere), "\"1\"", suite.user_with_role("branch_manager", "WW")), 403,
                "OUT_OF_SCOPE");
    const auto there = suite.token(suite.user_with_role("branch_manager", "BD"));
    CHECK(suite.get(path_of(elsewhere), there).status == 200);
    CHECK(suite.patch(path_of(elsewhere), R"({"notes":"mine"})", there, "\"1\"").status == 200);
    check_error(suite.patch(path_of(elsewhere), R"({"branch_id":"WW"})", there, "\"2\""), 403, "OUT_OF_SCOPE");
}

TEST_CASE("D-705 who may record, correct and read") {
    auto& suite = Suite::shared();
    const auto bike = bike_at(suite, "BRC");
    const auto workshop = suite.token(suite.user_with_role("workshop_manager"));
    const auto made = suite.post(expenses_of(bike), expense("75.00"), workshop);
    REQUIRE(made.status == 201);
    const auto path = path_of(made.json());
    check_error(suite.patch(path, R"({"notes":"x"})", workshop, "\"1\""), 403, "FORBIDDEN");
    check_error(suite.post(expenses_of(bike), expense("75.00", R"(,"post_sale":true)"), workshop), 403, "FORBIDDEN");
    for (const auto* role : {"viewer", "auditor", "head_manager", "inventory_manager", "mechanic", "sales_agent"}) {
        CAPTURE(role);
        const auto token = suite.token(suite.user_with_role(role));
        check_error(suite.post(expenses_of(bike), "{}", token), 403, "FORBIDDEN");
        check_error(suite.post(path + "/void", "{}", token, {{"if-match", "\"1\""}}), 403, "FORBIDDEN");
        const bool reads = std::string(role) != "mechanic" && std::string(role) != "sales_agent";
        CHECK((suite.get("/v1/expenses", token).status == 200) == reads);
    }
    CHECK(suite.patch(path, R"({"notes":"x"})", suite.token(suite.user_with_role("finance_officer")), "\"1\"").status ==
          200);
}

TEST_CASE("D-705 an expense is not dated before the bike was bought, nor moved there") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto bike = bike_at(suite, "WW", R"(,"procurement_date":"2026-03-01")");
    const auto early = suite.post(expenses_of(bike), expense("10.00", R"(,"expense_date":"2026-02-28")"), admin);
    CHECK(early.status == 422);
    CHECK(issues(early) == std::set<std::string>{"expense_date:out_of_range"});
    CHECK(text(early.json().at("details").at(0), "limit") == "2026-03-01");
    const auto row = record(suite, bike, "10.00", R"(,"expense_date":"2026-03-01")");

    const auto moved = suite.patch(path_of(row), R"({"expense_date":"2026-02-28"})", admin, "\"1\"");
    CHECK(moved.status == 422);
    CHECK(issues(moved) == std::set<std::string>{"expense_date:out_of_range"});
    CHECK(suite.patch(path_of(row), R"({"expense_date":"2026-03-02"})", admin, "\"1\"").status == 200);
    // Of a bike out of reach nobody learns when it was bought, and the day is a value: it comes before the tag.
    const auto foreign = suite.token(suite.user_with_role("branch_manager", "BD"));
    check_error(suite.post(expenses_of(bike), expense("10.00", R"(,"expense_date":"2026-02-28")"), foreign), 403,
                "OUT_OF_SCOPE");
    check_error(suite.patch(path_of(row), R"({"expense_date":"2026-02-28"})", foreign, "\"2\""), 403, "OUT_OF_SCOPE");
    CHECK(suite.patch(path_of(row), R"({"expense_date":"2026-02-28"})", admin, "\"1\"").status == 422);

    // After the sale too.
    REQUIRE(sell(suite, bike, suite.user_with_role("branch_manager", "WW"), sale_body("195000.00")).status == 201);
    CHECK(issues(suite.post(expenses_of(bike), expense("10.00", R"(,"expense_date":"2026-02-28","post_sale":true)"),
                            admin)) == std::set<std::string>{"expense_date:out_of_range"});
}

TEST_CASE("D-704 a corrected amount is reversed and booked anew, and the totals follow") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto bike = bike_at(suite, "WW", R"(,"procurement_date":"2026-01-01")");
    const auto row = record(suite, bike, "100.10");
    const auto answer = suite.patch(path_of(row), R"({"amount":"250.35","notes":"second bill"})", admin, "\"1\"");
    REQUIRE(answer.status == 200);
    CHECK(answer.header("etag") == "\"2\"");
    CHECK(text(answer.json(), "amount") == "250.35");
    CHECK(ledger_of(suite, row) == "100.10 TRANSPORT WW 1; -100.10 TRANSPORT WW 1 R; 250.35 TRANSPORT WW 2");
    CHECK(bike_value(suite, bike, "expense_total") == "250.35");
    CHECK(bike_value(suite, bike, "total_cost") == "150250.35");
    CHECK(bike_value(suite, bike, "version") == "3");
    CHECK(suite.database().value("select old->>'amount' || ' ' || (new->>'amount') || ' ' || (old ? 'category') from "
                                 "audit_log where action = 'EXPENSE_UPDATED' and entity_id = '" +
                                 text(row, "id") + "'") == "100.10 250.35 false");

    // What the ledger says must stay true; what it does not say needs no entry.
    REQUIRE(suite.patch(path_of(row), R"({"vendor_name":"Perera","invoice_no":"A/1"})", admin, "\"2\"").status == 200);
    CHECK(bike_value(suite, bike, "version") == "3");
    REQUIRE(suite.patch(path_of(row), R"({"branch_id":"MO","category":"STORAGE"})", admin, "\"3\"").status == 200);
    CHECK(ledger_of(suite, row) ==
          "100.10 TRANSPORT WW 1; -100.10 TRANSPORT WW 1 R; 250.35 TRANSPORT WW 2; -250.35 TRANSPORT WW 2 R; "
          "250.35 STORAGE MO 3");
    REQUIRE(suite.patch(path_of(row), R"({"expense_date":"2026-01-31"})", admin, "\"4\"").status == 200);
    CHECK(suite.database().value("select entry_date from cost_ledger where source_version = 4 and source_id = '" +
                                 text(row, "id") + "'") == "2026-01-31");
    CHECK(bike_value(suite, bike, "expense_total") == "250.35");
    CHECK(suite.violations() == "");
}

TEST_CASE("D-210 PATCH of an expense: absent stays, null clears what may be empty, nothing changes nothing") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto bike = bike_at(suite, "WW");
    const auto row = record(suite, bike, "40.00", R"(,"notes":"keep","vendor_name":"Silva")");
    const auto path = path_of(row);
    for (const auto* nothing : {"{}", R"({"amount":"40","notes":"keep"})"}) {
        const auto answer = suite.patch(path, nothing, admin, "\"1\"");
        CHECK(answer.status == 200);
        CHECK(answer.header("etag") == "\"1\"");
    }
    CHECK(audited(suite, row, "EXPENSE_UPDATED") == "0");
    const auto cleared = suite.patch(path, R"({"vendor_name":null})", admin, "\"1\"");
    REQUIRE(cleared.status == 200);
    CHECK(cleared.json().at("vendor_name").is_null());
    CHECK(text(cleared.json(), "notes") == "keep");
    const auto wrong = suite.patch(path,
                                   R"({"amount":null,"category":null,"description":"no","branch_id":"NOPE",)"
                                   R"("expense_date":")" +
                                       tomorrow(suite) + R"("})",
                                   admin, "\"2\"");
    REQUIRE(wrong.status == 422);
    CHECK(issues(wrong) == std::set<std::string>{"amount:required", "category:required", "description:too_short",
                                                 "branch_id:not_found", "expense_date:out_of_range"});
    for (const auto* fixed : {"post_sale", "bicycle_id", "version"}) {
        CAPTURE(fixed);
        check_error(suite.patch(path, std::string("{\"") + fixed + "\":null}", admin, "\"2\""), 400, "UNKNOWN_FIELD");
    }
    check_error(suite.patch(path, R"({"notes":"x"})", admin, "\"1\""), 412, "PRECONDITION_FAILED");
    check_error(suite.patch(path, R"({"notes":"x"})", admin, ""), 428, "PRECONDITION_REQUIRED");
    check_error(suite.patch(std::string("/v1/expenses/") + nobody, R"({"notes":"x"})", admin, "\"1\""), 404,
                "NOT_FOUND");
}

TEST_CASE("D-705 a voided expense is taken out of the cost and stays as history") {
    auto& suite = Suite::shared();
    const auto bike = bike_at(suite, "WW");
    const auto row = record(suite, bike, "300.00");
    const auto path = path_of(row);
    const auto unreasoned = void_it(suite, path, "\"1\"", "admin", R"({"reason":"no"})");
    REQUIRE(unreasoned.status == 422);
    CHECK(issues(unreasoned) == std::set<std::string>{"reason:too_short"});
    check_error(void_it(suite, path, "\"7\""), 412, "PRECONDITION_FAILED");

    const auto answer = void_it(suite, path, "\"1\"");
    REQUIRE(answer.status == 200);
    CHECK(answer.header("etag") == "\"2\"");
    CHECK(text(answer.json(), "void_reason") == "booked twice");
    CHECK(answer.json().at("voided_by").is_string());
    CHECK(ledger_of(suite, row) == "300.00 TRANSPORT WW 1; -300.00 TRANSPORT WW 1 R");
    CHECK(bike_value(suite, bike, "expense_total") == "0.00");
    CHECK(bike_value(suite, bike, "total_cost") == "150000.00");
    CHECK(audited(suite, row, "EXPENSE_VOIDED") == "1");
    CHECK(suite.database().value("select reason from audit_log where action = 'EXPENSE_VOIDED' and entity_id = '" +
                                 text(row, "id") + "'") == "booked twice");
    check_error(void_it(suite, path, "\"2\""), 409, "INVALID_STATE");
    check_error(suite.patch(path, R"({"notes":"x"})", suite.token("admin"), "\"2\""), 409, "INVALID_STATE");
    check_error(void_it(suite, std::string("/v1/expenses/") + nobody, "\"1\""), 404, "NOT_FOUND");
    CHECK(suite.violations() == "");
}

TEST_CASE("D-705 a written-off bike accepts nothing") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto bike = bike_at(suite, "WW");
    const auto row = record(suite, bike, "60.00");
    REQUIRE(suite
                .post("/v1/bikes/" + bike + "/write-off", R"({"kind":"LOST","reason":"fell into the sea"})", admin,
                      {{"if-match", "\"2\""}})
                .status == 200);
    check_error(suite.post(expenses_of(bike), expense("1.00"), admin), 409, "INVALID_STATE");
    check_error(suite.post(expenses_of(bike), expense("1.00", R"(,"post_sale":true)"), admin), 409, "INVALID_STATE");
    check_error(suite.patch(path_of(row), R"({"amount":"61.00"})", admin, "\"1\""), 409, "INVALID_STATE");
    check_error(void_it(suite, path_of(row), "\"1\""), 409, "INVALID_STATE");
}

TEST_CASE("D-705 while a bike is reserved, in the workshop, allocated or on the road, its expenses are open") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto bike = bike_at(suite, "WW");
    const auto transfer = suite.post("/v1/bikes/" + bike + "/transfers",
                                     R"({"to_branch_id":"BD","reason_code":"STOCK_REBALANCING"})", admin);
    REQUIRE(transfer.status == 201);
    const auto row = record(suite, bike, "10.00");
    check_error(suite.post(expenses_of(bike), expense("1.00", R"(,"post_sale":true)"), admin), 409, "INVALID_STATE");
    REQUIRE(
        suite.post("/v1/transfers/" + text(transfer.json(), "id") + "/approve", "{}", admin, {{"if-match", "\"1\""}})
            .status == 200);
    REQUIRE(bike_value(suite, bike, "status") == "IN_TRANSIT");
    record(suite, bike, "20.00");
    CHECK(suite.patch(path_of(row), R"({"amount":"11.00"})", admin, "\"1\"").status == 200);
    CHECK(void_it(suite, path_of(row), "\"2\"").status == 200);
    CHECK(bike_value(suite, bike, "expense_total") == "20.00");
    // The destination reads the bike while it is on its way, but its costs are still the source's to book.
    check_error(
        suite.post(expenses_of(bike), expense("1.00"), suite.token(suite.user_with_role("branch_manager", "BD"))), 403,
        "OUT_OF_SCOPE");
}

TEST_CASE("expenses: filters, sort, pages and a total over the whole filter") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto bike = bike_at(suite, "TN", R"(,"procurement_date":"2026-03-01")");
    record(suite, bike, "10.00", R"(,"expense_date":"2026-03-01")");
    record(suite, bike, "30.00", R"(,"expense_date":"2026-03-02")");
    record(suite, bike, "20.00", R"(,"expense_date":"2026-03-03","branch_id":"MO")");
    const auto gone = record(suite, bike, "99.00", R"(,"expense_date":"2026-03-04")");
    REQUIRE(void_it(suite, path_of(gone), "\"1\"").status == 200);

    const auto ask = [&](const std::string& query) {
        const auto answer = suite.get("/v1/expenses?bicycle_id=" + bike + query, admin);
        REQUIRE(answer.status == 200);
        return answer.json();
    };
    const auto amounts = [](const boost::json::value& list) {
        std::string all;
        for (const auto& item : list.at("items").as_array()) all += text(item, "amount") + " ";
        return all + "= " + text(list, "total_amount");
    };
    CHECK(amounts(ask("")) == "20.00 30.00 10.00 = 60.00");
    CHECK(amounts(ask("&sort=expense_date")) == "10.00 30.00 20.00 = 60.00");
    CHECK(amounts(ask("&sort=-amount")) == "30.00 20.00 10.00 = 60.00");
    CHECK(amounts(ask("&include_voided=true")) == "99.00 20.00 30.00 10.00 = 159.00");
    CHECK(amounts(ask("&branch_id=MO")) == "20.00 = 20.00");
    CHECK(amounts(ask("&from=2026-03-02&to=2026-03-02")) == "30.00 = 30.00");
    CHECK(amounts(ask("&category=STORAGE")) == "= 0.00");

    const auto first = ask("&sort=amount&limit=2");
    CHECK(amounts(first) == "10.00 20.00 = 60.00");
    CHECK(first.at("total").as_int64() == 3);
    const auto second = ask("&sort=amount&limit=2&cursor=" + text(first, "next_cursor"));
    CHECK(amounts(second) == "30.00 = 60.00");
    CHECK(second.at("next_cursor").is_null());
    check_error(suite.get("/v1/expenses?sort=-amount&cursor=" + text(first, "next_cursor"), admin), 400, "BAD_CURSOR");

    const auto of_bike = suite.get(expenses_of(bike) + "?include_voided=true", admin).json();
    CHECK(amounts(of_bike) == "99.00 20.00 30.00 10.00 = 159.00");
    const auto unknown = suite.get(std::string("/v1/expenses?branch_id=NOPE&bicycle_id=") + nobody, admin);
    REQUIRE(unknown.status == 422);
    CHECK(issues(unknown) == std::set<std::string>{"branch_id:not_found", "bicycle_id:not_found"});
}

TEST_CASE("D-901 lists of expenses hold exactly the covered rows") {
    auto& suite = Suite::shared();
    const auto bike = bike_at(suite, "WW");
    record(suite, bike, "10.00");
    record(suite, bike, "20.00", R"(,"branch_id":"BD")");
    const auto manager = suite.token(suite.user_with_role("branch_manager", "WW"));
    const auto covered = suite.database().value(
        "select count(*) || ' ' || sum(amount) from expenses e join branches r on r.id = e.branch_id where r.code = "
        "'WW' and voided_at is null");
    const auto all = suite.get("/v1/expenses?limit=1", manager).json();
    CHECK(std::to_string(all.at("total").as_int64()) + " " + text(all, "total_amount") == covered);
    CHECK(text(suite.get(expenses_of(bike), manager).json(), "total_amount") == "10.00");
    CHECK(suite.get("/v1/expenses?branch_id=BD", manager).json().at("items").as_array().empty());
    // Not of a bike that he cannot see, though one of its expenses is his branch's.
    check_error(suite.get(expenses_of(bike), suite.token(suite.user_with_role("branch_manager", "BD"))), 404,
                "NOT_FOUND");
}

TEST_CASE("D-218 expenses of one bike recorded, corrected and voided at once add up to the cent") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto bike = bike_at(suite, "WW");
    const auto corrected = record(suite, bike, "7.00");
    const auto voided = record(suite, bike, "9.00");
    const auto answers = at_once(24, [&](int i) {
        if (i % 3 == 0) return suite.post(expenses_of(bike), expense("1.11"), admin);
        if (i % 3 == 1) return suite.patch(path_of(corrected), R"({"amount":"8.50"})", admin, "\"1\"");
        return void_it(suite, path_of(voided), "\"1\"");
    });
    CHECK(by_status(answers) == std::map<int, int>{{200, 2}, {201, 8}, {412, 14}});
    CHECK(bike_value(suite, bike, "expense_total") == "17.38");
    CHECK(suite.violations() == "");
}

TEST_CASE("D-703 a total that would not fit its column is refused as a whole") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto bike = bike_at(suite, "WW");
    check_error(suite.post(expenses_of(bike), expense("999999999999.99"), admin), 422, "VALIDATION");
    CHECK(bike_value(suite, bike, "expense_total") == "0.00");
    CHECK(suite.get(expenses_of(bike), admin).json().at("items").as_array().empty());
}

TEST_CASE("D-705 once sold, costs from before the sale are frozen and only the office books those after it") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto bike = bike_at(suite, "WW");
    const auto before = record(suite, bike, "5000.00");
    const auto sale = sell(suite, bike, suite.user_with_role("branch_manager", "WW"), sale_body("195000.00"));
    REQUIRE(sale.status == 201);
    const auto manager = suite.token(suite.user_with_role("branch_manager", "WW"));
    const auto finance = suite.token(suite.user_with_role("finance_officer"));

    check_error(suite.post(expenses_of(bike), expense("1.00"), admin), 409, "BIKE_SOLD");
    check_error(suite.patch(path_of(before), R"({"amount":"1.00"})", admin, "\"1\""), 409, "BIKE_SOLD");
    check_error(suite.patch(path_of(before), "{}", admin, "\"1\""), 409, "BIKE_SOLD");
    check_error(void_it(suite, path_of(before), "\"1\""), 409, "BIKE_SOLD");
    check_error(suite.post(expenses_of(bike), expense("1.00", R"(,"post_sale":true)"), manager), 403, "FORBIDDEN");

    const auto made = suite.post(expenses_of(bike), expense("800.00", R"(,"post_sale":true)"), finance);
    REQUIRE(made.status == 201);
    const auto after = made.json();
    CHECK(after.at("post_sale").as_bool());
    CHECK(ledger_of(suite, after) == "800.00 TRANSPORT WW 1");
    CHECK(bike_value(suite, bike, "after_sale_total") == "800.00");
    CHECK(bike_value(suite, bike, "expense_total") == "5000.00");
    CHECK(bike_value(suite, bike, "total_cost") == "155000.00");
    CHECK(suite.database().value("select total_cost || ' ' || profit from sales where bicycle_id = '" + bike + "'") ==
          "155000.00 40000.00");

    check_error(suite.patch(path_of(after), R"({"amount":"1.00"})", manager, "\"1\""), 403, "FORBIDDEN");
    check_error(void_it(suite, path_of(after), "\"1\"", suite.user_with_role("branch_manager", "WW")), 403,
                "FORBIDDEN");
    REQUIRE(suite.patch(path_of(after), R"({"amount":"900.00"})", finance, "\"1\"").status == 200);
    CHECK(bike_value(suite, bike, "after_sale_total") == "900.00");
    const auto second = suite.post(expenses_of(bike), expense("50.00", R"(,"post_sale":true)"), finance);
    REQUIRE(second.status == 201);
    REQUIRE(void_it(suite, path_of(second.json()), "\"1\"").status == 200);
    CHECK(bike_value(suite, bike, "after_sale_total") == "900.00");
    CHECK(suite.violations() == "");

    // After a void the bike is live again: what came after the sale stays after-sale cost, and history.
    const auto voided = suite.post("/v1/sales/" + text(sale.json(), "id") + "/void",
                                   R"({"reason":"customer returned it"})", admin, {{"if-match", "\"1\""}});
    REQUIRE(voided.status == 200);
    check_error(suite.patch(path_of(after), R"({"amount":"1.00"})", finance, "\"2\""), 409, "INVALID_STATE");
    check_error(void_it(suite, path_of(after), "\"2\""), 409, "INVALID_STATE");
    CHECK(suite.patch(path_of(before), R"({"amount":"6000.00"})", admin, "\"1\"").status == 200);
    CHECK(bike_value(suite, bike, "total_cost") == "156000.00");
    CHECK(bike_value(suite, bike, "after_sale_total") == "900.00");
    CHECK(suite.violations() == "");
}
