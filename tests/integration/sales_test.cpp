// S1, S2 and the reading of sales.
#include "support/sales.hpp"
#include "support/audit_rows.hpp"
#include "support/transfers.hpp"

using namespace loan_manager::testing;

namespace {

const std::string trade_in_bike = R"("trade_in":{"brand":"Honda","model":"CB 125F","year":2015)";

std::string trade_in(const std::string& value, const std::string& rest, const std::string& more = {}) {
    return R"("payment_method":"TRADE_IN","trade_in_value":")" + value + R"(","cash_amount":")" + rest + "\"," +
           trade_in_bike + more + "}";
}

std::string path_of(const boost::json::value& sale) { return "/v1/sales/" + text(sale, "id"); }

}  // namespace

TEST_CASE("S1 B11 a sale freezes cost and P/L, releases the number, books SALE, draws an invoice number") {
    auto& suite = Suite::shared();
    auto database = suite.database();
    const auto manager = suite.user_with_role("branch_manager", "WW");
    const auto bike = bike_at(suite, "WW");
    const auto number = database.value("select current_stock_number from bicycles where id = '" + bike + "'");

    const auto answer =
        sell(suite, bike, manager, sale_body("195000.00", R"("payment_method":"CASH","warranty_months":6)"));
    REQUIRE(answer.status == 201);
    const auto sale = answer.json();
    const auto id = text(sale, "id");
    CHECK(answer.header("location") == "/v1/sales/" + id);
    CHECK(answer.header("etag") == "\"1\"");
    CHECK(text(sale, "status") == "ACTIVE");
    CHECK(text(sale, "invoice_no").starts_with("INV-MA-"));
    CHECK(text(sale, "invoice_no").size() == std::string("INV-MA-26-000001").size());
    CHECK(text(sale, "selling_branch_code") == "WW");
    CHECK(text(sale, "selling_company_code") == "MA");
    CHECK(text(sale, "stock_number_at_sale") == number);
    CHECK(text(sale, "sale_date") == database.value("select (now() at time zone 'Asia/Colombo')::date"));
    CHECK(text(sale, "payment_method") == "CASH");
    CHECK(text(sale, "cash_amount") == "195000.00");
    CHECK(text(sale, "bank_amount") == "0.00");
    CHECK(text(sale, "customer_phone") == "+94771234567");
    CHECK(text(sale, "customer_nic") == "851234567V");
    CHECK(text(sale, "sold_by") == user_id(suite, manager));
    CHECK(text(sale, "total_cost") == "150000.00");
    CHECK(text(sale, "profit") == "45000.00");
    CHECK(text(sale, "margin_pct") == "23.08");
    CHECK(text(sale, "markup_pct") == "30.00");
    CHECK(text(sale, "after_sale_total") == "0.00");
    CHECK(sale.at("loss_acknowledged_by").is_null());
    CHECK(sale.at("warranty_months").as_int64() == 6);

    const auto row = suite.get("/v1/bikes/" + bike, suite.token("admin")).json();
    CHECK(text(row, "status") == "SOLD");
    CHECK(text(row, "sale_id") == id);
    CHECK(row.at("current_stock_number").is_null());
    CHECK(database.value("select release_reason from stock_numbers where full_number = '" + number + "'") == "SOLD");
    CHECK(database.value("select amount || ' ' || entry_type from cost_ledger where source_id = '" + id + "'") ==
          "195000.00 SALE");
    CHECK(database.value("select count(*) from audit_log where action = 'SALE_RECORDED' and entity_id = '" + id +
                         "'") == "1");
    CHECK(database.value("select bicycle_id from outbox where event_type = 'sale.recorded' and entity_id = '" + id +
                         "'") == bike);
    CHECK(suite.violations() == "");
}

TEST_CASE("D-503 B11 a reserved bike is sold to whoever pays; the reservation is cleared") {
    auto& suite = Suite::shared();
    const auto bike = bike_at(suite, "WW");
    suite.database().rows(
        "update bicycles set status = 'ALLOCATED', allocation_kind = 'CUSTOMER', reserved_for = "
        "'Somebody else' where id = '" +
        bike + "'");
    const auto answer = sell(suite, bike, suite.user_with_role("branch_manager", "WW"), sale_body("195000.00"));
    REQUIRE(answer.status == 201);
    CHECK(suite.database().value("select reserved_for is null from bicycles where id = '" + bike + "'") == "t");
    CHECK(suite.violations() == "");
}

TEST_CASE("D-604 invoice numbers of a company follow each other without gaps; a refused sale uses none") {
    auto& suite = Suite::shared();
    const auto counter =
        "select coalesce(max(last_number), 0) from document_counters where kind = 'INVOICE' and scope_code = 'IN'";
    const auto before = std::stoi(suite.database().value(counter));
    const auto manager = suite.user_with_role("branch_manager", "BD");
    const auto bike = bike_at(suite, "BD");
    REQUIRE(sell(suite, bike, manager, sale_body("195000.00")).status == 201);
    CHECK(sell(suite, bike, manager, sale_body("195000.00")).code() == "BIKE_SOLD");
    CHECK(sell(suite, bike_at(suite, "BD"), manager, sale_body("1000.00")).code() == "LOSS_NOT_ACKNOWLEDGED");
    const auto second = sell(suite, bike_at(suite, "BD"), manager, sale_body("195000.00"));
    REQUIRE(second.status == 201);
    char tail[16];
    std::snprintf(tail, sizeof tail, "%06d", before + 2);
    CHECK(text(second.json(), "invoice_no").ends_with(tail));
    CHECK(std::stoi(suite.database().value(counter)) == before + 2);
}

TEST_CASE("S1 D-212 guards: sold, open transfer, open stock job, elsewhere, state, inactive branch, unknown") {
    auto& suite = Suite::shared();
    auto database = suite.database();
    const auto manager = suite.user_with_role("branch_manager", "MO");
    const auto body = sale_body("195000.00");
    const auto code = [&](const std::string& bike, const std::string& what = {}) {
        return sell(suite, bike, manager, what.empty() ? body : what).code();
    };

    const auto sold = bike_at(suite, "MO");
    REQUIRE(sell(suite, sold, manager, body).status == 201);
    CHECK(code(sold) == "BIKE_SOLD");

    const auto written_off = bike_at(suite, "MO");
    REQUIRE(suite
                .post("/v1/bikes/" + written_off + "/write-off", R"({"kind":"LOST","reason":"fell into the river"})",
                      suite.token("admin"), {{"if-match", "\"1\""}})
                .status == 200);
    CHECK(code(written_off) == "INVALID_STATE");

    const auto moving = bike_at(suite, "MO");
    REQUIRE(suite
                .post("/v1/bikes/" + moving + "/transfers", R"({"to_branch_id":"WW","reason_code":"CONSOLIDATION"})",
                      suite.token(manager))
                .status == 201);
    CHECK(code(moving) == "OPEN_TRANSFER");

    const auto in_workshop = bike_at(suite, "MO");
    REQUIRE(suite
                .post("/v1/repair-jobs",
                      R"({"bicycle_id":")" + in_workshop + R"(","branch_id":"MO","job_type":"SERVICE"})",
                      suite.token(manager))
                .status == 201);
    CHECK(code(in_workshop) == "OPEN_JOB");

    const auto admin = suite.token("admin");
    const auto here = bike_at(suite, "MO");
    const auto officer =
        R"("payment_method":"CASH","sold_by":")" + user_id(suite, suite.user_with_role("branch_manager", "WW")) + "\"";
    const auto elsewhere = suite.post("/v1/bikes/" + here + "/sell",
                                      sale_body("195000.00", officer + R"(,"selling_branch_id":"WW")"), admin);
    CHECK(elsewhere.status == 409);
    CHECK(elsewhere.code() == "NOT_AT_BRANCH");
    const auto officer_here =
        R"("payment_method":"CASH","sold_by":")" + user_id(suite, suite.user_with_role("branch_manager", "MO")) + "\"";
    CHECK(suite
              .post("/v1/bikes/" + here + "/sell",
                    sale_body("195000.00", officer_here + R"(,"selling_branch_id":"WW")"), admin)
              .code() == "NOT_AT_BRANCH");
    CHECK(code(here, sale_body("195000.00", R"("payment_method":"CASH","selling_branch_id":"WW")")) == "OUT_OF_SCOPE");
    CHECK(issues(sell(suite, here, manager,
                      sale_body("195000.00", R"("payment_method":"CASH","selling_branch_id":"ZZ")"))) ==
          std::set<std::string>{"selling_branch_id:not_found"});
    CHECK(sell(suite, here, manager, sale_body("195000.00", R"("payment_method":"CASH","selling_branch_id":"MO")"))
              .status == 201);

    const auto closed = bike_at(suite, "MO");
    database.rows("update branches set is_active = false where code = 'MO'");
    CHECK(code(closed) == "BRANCH_INACTIVE");
    database.rows("update branches set is_active = true where code = 'MO'");

    const auto unknown = sell(suite, "01900000-0000-7000-8000-000000000000", manager, body);
    CHECK(unknown.status == 404);
    const auto foreign = sell(suite, bike_at(suite, "BD"), manager, body);
    CHECK(foreign.status == 403);
    CHECK(foreign.code() == "OUT_OF_SCOPE");
    CHECK(sell(suite, closed, suite.user_with_role("finance_officer"), body).code() == "FORBIDDEN");
    CHECK(suite.violations() == "");
}

TEST_CASE("S1 a loss needs a manager of the branch and his acknowledgement") {
    auto& suite = Suite::shared();
    const auto agent = suite.user_with_role("sales_agent", "WW");
    const auto manager = suite.user_with_role("branch_manager", "WW");
    const auto bike = bike_at(suite, "WW");
    const auto acknowledged = R"("payment_method":"CASH","acknowledge_loss":true)";

    for (const auto* payment : {R"("payment_method":"CASH")", acknowledged}) {
        const auto by_agent = sell(suite, bike, agent, sale_body("149999.99", payment));
        CHECK(by_agent.status == 403);
        CHECK(by_agent.code() == "LOSS_NEEDS_MANAGER");
    }
    const auto silent = sell(suite, bike, manager, sale_body("149999.99"));
    CHECK(silent.status == 409);
    CHECK(silent.code() == "LOSS_NOT_ACKNOWLEDGED");
    const auto answer = sell(suite, bike, manager, sale_body("149999.99", acknowledged));
    REQUIRE(answer.status == 201);
    const auto sale = answer.json();
    CHECK(text(sale, "profit") == "-0.01");
    CHECK(text(sale, "margin_pct") == "0.00");
    CHECK(text(sale, "loss_acknowledged_by") == user_id(suite, manager));
    CHECK(suite.database().value("select count(*) from commissions where sale_id = '" + text(sale, "id") + "'") == "0");

    // D-212: who may accept a loss is asked before the state of the bike.
    CHECK(sell(suite, bike, agent, sale_body("149999.99")).code() == "LOSS_NEEDS_MANAGER");
    CHECK(sell(suite, bike, agent, sale_body("150000.00")).code() == "BIKE_SOLD");
    // No loss: nothing to acknowledge.
    const auto even = sell(suite, bike_at(suite, "WW"), agent, sale_body("150000.00", acknowledged));
    REQUIRE(even.status == 201);
    CHECK(suite.database().value("select profit || ' ' || (loss_acknowledged_by is null) from sales where id = '" +
                                 text(even.json(), "id") + "'") == "0.00 true");
    CHECK(suite.violations() == "");
}

TEST_CASE("D-707 D-210 payment and field errors come in one answer") {
    auto& suite = Suite::shared();
    const auto manager = suite.user_with_role("branch_manager", "WW");
    const auto bike = bike_at(suite, "WW");
    const auto found = [&](const std::string& body) { return issues(sell(suite, bike, manager, body)); };
    using Expected = std::set<std::string>;

    CHECK(found("{}") == Expected{"selling_price:required", "payment_method:required", "customer_name:required",
                                  "customer_phone:required", "customer_nic:required", "customer_address:required"});
    CHECK(found(sale_body("195000.00", R"("payment_method":"CASH","cash_amount":"194999.99")")) ==
          Expected{"selling_price:mismatch"});
    CHECK(found(sale_body("195000.00", R"("payment_method":"CASH","bank_amount":"195000.00","cash_amount":"0.00")")) ==
          Expected{"bank_amount:not_allowed"});
    CHECK(found(sale_body("195000.00", R"("payment_method":"FINANCE","financed_amount":"195000.00")")) ==
          Expected{"finance_institution:required"});
    CHECK(found(sale_body("195000.00", R"("payment_method":"TRADE_IN","cash_amount":"195000.00")")) ==
          Expected{"trade_in_value:required", "trade_in:required"});
    CHECK(found(sale_body("195000.00", R"("payment_method":"GOLD")")) == Expected{"payment_method:not_allowed"});
    CHECK(found(sale_body("195000.00", R"("payment_method":"CASH","sale_date":"2999-01-01","warranty_months":61)")) ==
          Expected{"sale_date:out_of_range", "warranty_months:out_of_range"});
    CHECK(found(sale_body("195000.00", R"("payment_method":"CASH","sale_date":"2001-01-01")")) ==
          Expected{"sale_date:out_of_range"});
    CHECK(found(sale_body("195000.00", R"("payment_method":"CASH","delivery_date":"2001-01-01")")) ==
          Expected{"delivery_date:out_of_range"});
    CHECK(found(sale_body("195000.00", R"("payment_method":"CASH","cash_amount":195000)")) ==
          Expected{"cash_amount:type"});
    CHECK(found(sale_body("195000.00", trade_in("100000.00", "95000.00", R"(,"year":2999)")))
              .contains("trade_in.year:out_of_range") == false);
    CHECK(found(sale_body("195000.00",
                          R"("payment_method":"TRADE_IN","trade_in_value":"195000.00","trade_in":{"year":2999})")) ==
          Expected{"trade_in.brand:required", "trade_in.model:required", "trade_in.year:out_of_range"});
    // A percentage that no column could hold.
    suite.database().rows("update bicycles set asking_price = 1 where id = '" + bike + "'");
    const auto dear =
        suite.post("/v1/bikes/procure",
                   R"({"branch_id":"WW","brand":"Honda","model":"Rare","year":2020,"purchase_price":"2000000.00"})",
                   suite.token("admin"));
    REQUIRE(dear.status == 201);
    CHECK(issues(sell(suite, text(dear.json(), "id"), manager, sale_body("0.01"))) ==
          Expected{"selling_price:out_of_range"});
    CHECK(suite.database().value("select status from bicycles where id = '" + bike + "'") == "IN_STOCK");
}

TEST_CASE("D-707 every method sells; BANK and INSTALLMENT are aliases") {
    auto& suite = Suite::shared();
    struct Case {
        const char* payment;
        const char* method;
        const char* parts;  ///< cash, bank, down, financed, trade-in
    };
    for (
        const auto& one : {
            Case{R"("payment_method":"BANK")", "BANK_TRANSFER", "0.00 195000.00 0.00 0.00 0.00"},
            Case{
                R"("payment_method":"INSTALLMENT","down_payment":"45000","financed_amount":"150000.0","finance_institution":"LB")",
                "FINANCE", "0.00 0.00 45000.00 150000.00 0.00"},
            Case{R"("payment_method":"MIXED","cash_amount":"95000","bank_amount":"100000")", "MIXED",
                 "95000.00 100000.00 0.00 0.00 0.00"},
            Case{
                R"("payment_method":"MIXED","cash_amount":"1","down_payment":"2","financed_amount":"194997","finance_institution":"LB")",
                "MIXED", "1.00 0.00 2.00 194997.00 0.00"},
        }) {
        CAPTURE(one.payment);
        const auto sale = sold_at(suite, "WW", one.payment);
        CHECK(text(sale, "payment_method") == one.method);
        std::string parts;
        for (const auto* part : {"cash_amount", "bank_amount", "down_payment", "financed_amount", "trade_in_value"}) {
            parts += (parts.empty() ? "" : " ") + text(sale, part);
        }
        CHECK(parts == one.parts);
    }
    CHECK(suite.violations() == "");
}

TEST_CASE("D-808 sold_by: an active user of the selling branch, by default the caller") {
    auto& suite = Suite::shared();
    const auto bike = bike_at(suite, "WW");
    const auto by = [&](const std::string& user, const std::string& sold_by) {
        const auto officer = sold_by.empty() ? std::string() : R"(,"sold_by":")" + sold_by + "\"";
        return sell(suite, bike, user, sale_body("195000.00", R"("payment_method":"CASH")" + officer));
    };
    // An admin is of no branch: somebody must be named.
    const auto by_admin = by("admin", "");
    CHECK(by_admin.status == 422);
    CHECK(issues(by_admin) == std::set<std::string>{"sold_by:not_allowed"});
    const auto foreign = by("admin", user_id(suite, suite.user_with_role("sales_agent", "BD")));
    CHECK(issues(foreign) == std::set<std::string>{"sold_by:not_allowed"});
    const auto unknown = by("admin", "01900000-0000-7000-8000-000000000000");
    CHECK(issues(unknown) == std::set<std::string>{"sold_by:not_found"});

    // The last of the branch's agents: disabling an account ends its sessions, and other tests use the first.
    const auto agent = suite.database().value(
        "select u.id from auth.users u join branches b on b.id = any (u.branch_scope) where b.code = 'WW' and "
        "'sales_agent' = any (u.roles) order by u.username desc limit 1");
    suite.database().rows("update auth.users set is_active = false where id = '" + agent + "'");
    const auto inactive = by("admin", agent);
    suite.database().rows("update auth.users set is_active = true where id = '" + agent + "'");
    CHECK(issues(inactive) == std::set<std::string>{"sold_by:not_found"});

    const auto answer = by("admin", agent);
    REQUIRE(answer.status == 201);
    CHECK(text(answer.json(), "sold_by") == agent);
    CHECK(text(answer.json(), "created_by") == user_id(suite, "admin"));
}

TEST_CASE("D-709 a trade-in comes into stock with its own number, bought for its value, linked both ways") {
    auto& suite = Suite::shared();
    auto database = suite.database();
    const auto manager = suite.user_with_role("branch_manager", "WW");
    const auto plate = fresh_plate();
    const auto bike = bike_at(suite, "WW");
    const auto answer =
        sell(suite, bike, manager,
             sale_body("195000.00", trade_in("80000.00", "115000.00", R"(,"license_plate":")" + plate + "\"")));
    REQUIRE(answer.status == 201);
    const auto sale = answer.json();
    CHECK(text(sale, "profit") == "45000.00");
    const auto taken = suite.get("/v1/bikes/" + text(sale, "trade_in_bicycle_id"), suite.token("admin")).json();
    CHECK(text(taken, "status") == "IN_STOCK");
    CHECK(text(taken, "procurement_source") == "TRADE_IN");
    CHECK(text(taken, "trade_in_sale_id") == text(sale, "id"));
    CHECK(text(taken, "purchase_price") == "80000.00");
    CHECK(text(taken, "total_cost") == "80000.00");
    CHECK(text(taken, "current_branch_code") == "WW");
    CHECK(text(taken, "acquisition_branch_code") == "WW");
    CHECK(text(taken, "license_plate") == plate);
    CHECK(text(taken, "current_stock_number").starts_with("MA/WW/ST/"));
    CHECK(database.value("select assign_reason from stock_numbers where bicycle_id = '" + text(taken, "id") + "'") ==
          "TRADE_IN");
    CHECK(database.value("select amount from cost_ledger where entry_type = 'PURCHASE' and bicycle_id = '" +
                         text(taken, "id") + "'") == "80000.00");
    CHECK(database.value("select count(*) from audit_log where action = 'BIKE_PROCURED' and entity_id = '" +
                         text(taken, "id") + "'") == "1");
    // D-502: its price is that of the sale.
    const auto patched =
        suite.patch("/v1/bikes/" + text(taken, "id"), R"({"purchase_price":"90000.00","reason":"a better offer"})",
                    suite.token("admin"), "\"1\"");
    CHECK(patched.code() == "INVALID_STATE");
    CHECK(suite.violations() == "");
}

TEST_CASE("S1 a bike is not sold before it was bought or delivered where it stands") {
    auto& suite = Suite::shared();
    auto database = suite.database();
    const auto days_ago = [&](int days) {
        return database.value("select ((now() at time zone 'Asia/Colombo')::date - " + std::to_string(days) +
                              ")::text");
    };
    const auto cash_on = [](const std::string& day) {
        return sale_body("195000.00", R"("payment_method":"CASH","sale_date":")" + day + "\"");
    };
    const auto bought = days_ago(30);
    const auto bike = bike_at(suite, "WW", R"(,"procurement_date":")" + bought + "\"");
    const auto at_source = suite.user_with_role("branch_manager", "WW");
    const auto early = sell(suite, bike, at_source, cash_on(days_ago(31)));
    CHECK(early.status == 422);
    CHECK(issues(early) == std::set<std::string>{"sale_date:out_of_range"});
    CHECK(text(early.json().at("details").at(0), "limit") == bought);

    const auto asked = request_transfer(suite, bike, "BD");
    REQUIRE(asked.status == 201);
    const auto moving = command_transfer(suite, asked.json(), "approve");
    REQUIRE(moving.status == 200);
    REQUIRE(command_transfer(suite, moving.json(), "complete").status == 200);
    const auto there = suite.user_with_role("branch_manager", "BD");
    const auto backdated = sell(suite, bike, there, cash_on(days_ago(1)));
    CHECK(backdated.status == 422);
    CHECK(issues(backdated) == std::set<std::string>{"sale_date:out_of_range"});
    CHECK(text(backdated.json().at("details").at(0), "limit") ==
          database.value("select delivered_on from transfers where id = '" + text(asked.json(), "id") + "'"));

    // Delivered earlier than it was written down: from that day on.
    database.rows(
        "update transfers set delivered_on = delivered_on - 5, requested_at = requested_at - interval '9 days' "
        "where id = '" +
        text(asked.json(), "id") + "'");
    CHECK(sell(suite, bike, there, cash_on(days_ago(6))).status == 422);
    CHECK(sell(suite, bike, there, cash_on(days_ago(5))).status == 201);
    CHECK(suite.violations() == "");
}

TEST_CASE("D-709 X-22 a trade-in with the sold bike's identity is 422, with that of a live bike 409: nothing happens") {
    auto& suite = Suite::shared();
    auto database = suite.database();
    const auto manager = suite.user_with_role("branch_manager", "WW");
    const auto plate = fresh_plate();
    const auto other = fresh_plate();
    const auto bike =
        bike_at(suite, "WW", R"(,"license_plate":"WP )" + plate + R"(","frame_number":"fr-)" + plate + "\"");
    bike_at(suite, "BD", R"(,"license_plate":")" + other + "\"");
    const std::string state =
        "select (select last_number from stock_counters c join branches b on b.id = c.branch_id where b.code = 'WW')"
        " || ' ' || (select coalesce(sum(last_number), 0) from document_counters) || ' ' || (select count(*) from "
        "bicycles)"
        " || ' ' || (select count(*) from commissions)";
    const auto before = database.value(state);

    const auto same = sell(
        suite, bike, manager,
        sale_body("195000.00", trade_in("80000.00", "115000.00",
                                        R"(,"license_plate":")" + plate + R"(","frame_number":"FR)" + plate + "\"")));
    CHECK(same.status == 422);
    CHECK(issues(same) ==
          std::set<std::string>{"trade_in.license_plate:not_allowed", "trade_in.frame_number:not_allowed"});

    const auto twin =
        sell(suite, bike, manager,
             sale_body("195000.00", trade_in("80000.00", "115000.00", R"(,"license_plate":")" + other + "\"")));
    CHECK(twin.status == 409);
    CHECK(twin.code() == "DUPLICATE");
    CHECK(issues(twin) == std::set<std::string>{"trade_in.license_plate:duplicate"});
    CHECK(database.value(state) == before);
    CHECK(database.value("select status from bicycles where id = '" + bike + "'") == "IN_STOCK");
    CHECK(suite.violations() == "");
}

TEST_CASE("S1 C1 D-809 the sale earns its commissions") {
    auto& suite = Suite::shared();
    const auto sale = sold_at(suite, "WW");
    const auto answer = suite.get(path_of(sale) + "/commissions", suite.token("admin"));
    REQUIRE(answer.status == 200);
    const auto list = answer.json();
    // P/L 45000.00: pool 2250.00; no garage.
    CHECK(list.at("items").as_array().size() == 3);
    CHECK(text(list, "total_amount") == "2025.00");
    CHECK(suite.get("/v1/sales/01900000-0000-7000-8000-000000000000/commissions", suite.token("admin")).status == 404);
    const auto foreign = suite.token(suite.user_with_role("branch_manager", "BD"));
    CHECK(suite.get(path_of(sale) + "/commissions", foreign).status == 404);
}

TEST_CASE("D-702 the golden case over every route, D-708 the snapshot stays") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto manager = suite.user_with_role("branch_manager", "WW");
    const auto token = suite.token(manager);
    const auto bike = bike_at(suite, "WW");
    const auto tagged = [](const boost::json::value& row) {
        return Headers{{"if-match", "\"" + std::to_string(row.at("version").as_int64()) + "\""}};
    };

    auto job = suite
                   .post("/v1/repair-jobs",
                         R"({"bicycle_id":")" + bike + R"(","branch_id":"WW","job_type":"SERVICE","mechanic_id":")" +
                             user_id(suite, suite.user_with_role("mechanic", "WW")) + R"("})",
                         token)
                   .json();
    const auto path = "/v1/repair-jobs/" + text(job, "id");
    REQUIRE(suite
                .post(path + "/lines",
                      R"({"kind":"PART","description":"Brake pads","quantity":"2","unit_cost":"7500.00"})", token)
                .status == 201);
    job = suite.get(path, token).json();
    const auto started = suite.post(path + "/start", "{}", token, tagged(job));
    REQUIRE(started.status == 200);
    REQUIRE(suite.post(path + "/complete", R"({"work_performed":"Brake pads replaced"})", token, tagged(started.json()))
                .status == 200);
    for (const auto* amount : {"3000.00", "2000.00"}) {
        REQUIRE(suite
                    .post("/v1/bikes/" + bike + "/expenses",
                          R"({"category":"TRANSPORT","description":"From the auction","amount":")" +
                              std::string(amount) + R"("})",
                          token)
                    .status == 201);
    }

    const auto preview = suite.get("/v1/bikes/" + bike + "/sale-preview?selling_price=195000.00", token);
    REQUIRE(preview.status == 200);
    const auto answer = sell(suite, bike, manager, sale_body("195000.00"));
    REQUIRE(answer.status == 201);
    for (const auto& figures : {preview.json(), answer.json()}) {
        CHECK(text(figures, "total_cost") == "170000.00");
        CHECK(text(figures, "profit") == "25000.00");
        CHECK(text(figures, "margin_pct") == "12.82");
        CHECK(text(figures, "markup_pct") == "14.71");
    }
    const auto commissions = suite.get(path_of(answer.json()) + "/commissions", admin).json();
    CHECK(text(commissions, "total_amount") == "1250.00");
    std::multiset<std::string> amounts;
    for (const auto& row : commissions.at("items").as_array())
        amounts.insert(text(row, "kind") + " " + text(row, "amount"));
    CHECK(amounts ==
          std::multiset<std::string>{"BUYER 375.00", "SELLER 625.00", "GARAGE 125.00", "SALES_OFFICER 125.00"});
    std::multiset<std::string> previewed;
    const auto foreseen = preview.json();
    for (const auto& row : foreseen.at("commissions").as_array())
        previewed.insert(text(row, "kind") + " " + text(row, "amount"));
    CHECK(previewed == amounts);

    REQUIRE(
        suite
            .post("/v1/bikes/" + bike + "/expenses",
                  R"({"category":"DOCUMENTATION","description":"Ownership papers","amount":"700.00","post_sale":true})",
                  admin)
            .status == 201);
    const auto later = suite.get(path_of(answer.json()), admin).json();
    CHECK(text(later, "total_cost") == "170000.00");
    CHECK(text(later, "profit") == "25000.00");
    CHECK(text(later, "after_sale_total") == "700.00");
    CHECK(suite.violations() == "");
}

TEST_CASE("sale preview: what it would yield, only is_loss without costs:read") {
    auto& suite = Suite::shared();
    const auto bike = bike_at(suite, "WW");
    const auto target = "/v1/bikes/" + bike + "/sale-preview?selling_price=";
    const auto agent = suite.token(suite.user_with_role("sales_agent", "WW"));
    const auto manager = suite.token(suite.user_with_role("branch_manager", "WW"));

    const auto blind = suite.get(target + "149999.99", agent).json();
    CHECK(blind.as_object().size() == 1);
    CHECK(blind.at("is_loss").as_bool());
    CHECK_FALSE(suite.get(target + "150000", agent).json().at("is_loss").as_bool());
    const auto seen = suite.get(target + "149999.99", manager).json();
    CHECK(text(seen, "profit") == "-0.01");
    CHECK(seen.at("commissions").as_array().empty());
    const auto gain = suite.get(target + "195000", manager).json();
    CHECK(gain.at("commissions").as_array().size() == 3);
    // An admin is of no branch: he says who will be credited, as he must when he sells.
    CHECK(issues(suite.get(target + "195000", suite.token("admin"))) == std::set<std::string>{"sold_by:not_allowed"});
    const auto officer = user_id(suite, suite.user_with_role("sales_agent", "WW"));
    const auto named = suite.get(target + "195000&sold_by=" + officer, suite.token("admin")).json();
    REQUIRE(named.at("commissions").as_array().size() == 3);
    CHECK(text(named.at("commissions").at(2), "payee_user_id") == officer);
    CHECK(issues(suite.get(target + "195000&sold_by=" + user_id(suite, suite.user_with_role("sales_agent", "BD")),
                           manager)) == std::set<std::string>{"sold_by:not_allowed"});
    CHECK(issues(suite.get("/v1/bikes/" + bike + "/sale-preview", manager)) ==
          std::set<std::string>{"selling_price:required"});
    CHECK(suite.get(target + "195000", suite.token(suite.user_with_role("branch_manager", "BD"))).status == 404);
    CHECK(suite.database().value("select status from bicycles where id = '" + bike + "'") == "IN_STOCK");
}

TEST_CASE("S2 within 24 hours: customer, delivery, institution, warranty and notes; a sales agent only his own") {
    auto& suite = Suite::shared();
    const auto agent = suite.user_with_role("sales_agent", "WW");
    const auto manager = suite.user_with_role("branch_manager", "WW");
    const auto by_manager = sold_at(suite, "WW");
    const auto answer = sell(suite, bike_at(suite, "WW"), agent, sale_body("195000.00"));
    REQUIRE(answer.status == 201);
    const auto path = path_of(answer.json());

    const auto patched = suite.patch(
        path, R"({"customer_name":" Kamal Silva ","customer_nic":"n1234567x","notes":"two keys","warranty_months":12})",
        suite.token(agent), "\"1\"");
    REQUIRE(patched.status == 200);
    const auto sale = patched.json();
    CHECK(text(sale, "customer_name") == "Kamal Silva");
    CHECK(text(sale, "customer_nic") == "N1234567X");
    CHECK(sale.at("warranty_months").as_int64() == 12);
    CHECK_FALSE(sale.as_object().contains("profit"));
    CHECK(patched.header("etag") == "\"2\"");
    CHECK(
        suite.database().value("select old->>'customer_name' || ' ' || (new->>'warranty_months') from audit_log where "
                               "action = 'SALE_UPDATED' and entity_id = '" +
                               text(sale, "id") + "'") == "Nimal Perera 12");

    CHECK(suite.patch(path_of(by_manager), R"({"notes":"x"})", suite.token(agent), "\"1\"").code() == "OUT_OF_SCOPE");
    CHECK(suite.patch(path, R"({"notes":null,"warranty_months":null})", suite.token(manager), "\"2\"").status == 200);
    CHECK(suite.patch(path, R"({"notes":"x"})", suite.token(manager), "\"2\"").status == 412);
    CHECK(suite.patch(path, R"({"notes":"x"})", suite.token(manager), "").status == 428);
    CHECK(suite.patch(path, R"({"customer_name":null})", suite.token(manager), "\"3\"").status == 422);
    CHECK(suite.patch(path, R"({"selling_price":"1.00"})", suite.token(manager), "\"3\"").code() == "UNKNOWN_FIELD");
    CHECK(issues(suite.patch(path, R"({"finance_institution":"LB","delivery_date":"2001-01-01"})", suite.token(manager),
                             "\"3\"")) ==
          std::set<std::string>{"finance_institution:not_allowed", "delivery_date:out_of_range"});
    CHECK(suite.patch(path, R"({"finance_institution":null})", suite.token(manager), "\"3\"").status == 200);
    // Nothing new: no new version, no audit row.
    const auto same = suite.patch(path, R"({"customer_name":"Kamal Silva"})", suite.token(manager), "\"3\"");
    CHECK(same.header("etag") == "\"3\"");
    CHECK(suite.violations() == "");
}

TEST_CASE("D-219 a correction of a sale is audited with every column that it changed") {
    auto& suite = Suite::shared();
    const auto sale = sold_at(suite, "WW");
    const auto id = text(sale, "id");
    const auto before = row_as_json(suite, "sales", id);
    const auto answer =
        suite.patch(path_of(sale),
                    R"({"customer_name":"Kamal Silva","customer_email":"k@example.lk","notes":"two keys",)"
                    R"("warranty_months":12,"customer_phone":"0712345678"})",
                    suite.token(suite.user_with_role("branch_manager", "WW")), "\"1\"");
    REQUIRE(answer.status == 200);
    check_audited(suite, "SALE_UPDATED", id, before, row_as_json(suite, "sales", id));
}

TEST_CASE("S2 later: EDIT_WINDOW_CLOSED but for an admin with a reason; INVALID_STATE unless ACTIVE") {
    auto& suite = Suite::shared();
    const auto sale = sold_at(suite, "WW");
    const auto manager = suite.token(suite.user_with_role("branch_manager", "WW"));
    let_a_day_pass(suite, text(sale, "id"));
    const auto late = suite.patch(path_of(sale), R"({"notes":"late"})", manager, "\"1\"");
    CHECK(late.status == 403);
    CHECK(late.code() == "EDIT_WINDOW_CLOSED");
    const auto silent = suite.patch(path_of(sale), R"({"notes":"late"})", suite.token("admin"), "\"1\"");
    CHECK(issues(silent) == std::set<std::string>{"reason:required"});
    const auto answer =
        suite.patch(path_of(sale), R"({"notes":"late","reason":"the customer called"})", suite.token("admin"), "\"1\"");
    REQUIRE(answer.status == 200);
    CHECK(suite.database().value("select reason from audit_log where action = 'SALE_UPDATED' and entity_id = '" +
                                 text(sale, "id") + "'") == "the customer called");
    REQUIRE(command(suite, text(sale, "id"), "void", "admin", 2, R"({"reason":"wrong customer"})").status == 202);
    const auto pending =
        suite.patch(path_of(sale), R"({"notes":"x","reason":"once more"})", suite.token("admin"), "\"3\"");
    CHECK(pending.status == 409);
    CHECK(pending.code() == "INVALID_STATE");
}

TEST_CASE("D-902 D-903 D-904 sales are read by selling branch, costs with costs:read") {
    auto& suite = Suite::shared();
    const auto sale = sold_at(suite, "WW");
    const auto path = path_of(sale);
    const auto agent = suite.token(suite.user_with_role("sales_agent", "WW"));
    const auto foreign = suite.token(suite.user_with_role("branch_manager", "BD"));
    const auto seen = suite.get(path, agent);
    REQUIRE(seen.status == 200);
    const auto row = seen.json();
    for (const auto* cost : {"total_cost", "profit", "margin_pct", "markup_pct", "after_sale_total"}) {
        CHECK_FALSE(row.as_object().contains(cost));
    }
    CHECK(text(row, "trade_in_value") == "0.00");
    CHECK(text(suite.get(path, suite.token(suite.user_with_role("auditor"))).json(), "profit") == "45000.00");
    CHECK(suite.get(path, foreign).status == 404);
    CHECK(suite.get(path, suite.token(suite.user_with_role("mechanic", "WW"))).code() == "FORBIDDEN");
    CHECK(suite.get(path, agent, {{"if-none-match", "\"1\""}}).status == 304);

    const auto of_bike = "/v1/bikes/" + text(sale, "bicycle_id") + "/sales";
    const auto sales = suite.get(of_bike, agent).json();
    CHECK(sales.at("total").as_int64() == 1);
    CHECK(text(sales.at("items").at(0), "id") == text(sale, "id"));
    CHECK(suite.get(of_bike, foreign).status == 404);
}

TEST_CASE("D-213 lists of sales: filters, sorts, pages, scope") {
    auto& suite = Suite::shared();
    const auto admin = suite.token("admin");
    const auto cash = sold_at(suite, "BT");
    const auto bank = sold_at(suite, "BT", R"("payment_method":"BANK_TRANSFER")");
    const auto count = [&](const std::string& query) {
        const auto answer = suite.get("/v1/sales?" + query, admin);
        INFO(query << answer.body);
        REQUIRE(answer.status == 200);
        return answer.json().at("total").as_int64();
    };
    const auto expected = [&](const std::string& condition) {
        return std::stoll(suite.database().value(
            "select count(*) from sales s join branches r on r.id = s.selling_branch_id where " + condition));
    };
    CHECK(count("branch_id=BT") == expected("r.code = 'BT'"));
    CHECK(count("company_id=MA") ==
          expected(
              "s.selling_company_id = r.company_id and r.company_id = (select id from companies where code = 'MA')"));
    CHECK(count("branch_id=BT&payment_method=BANK_TRANSFER") ==
          expected("r.code = 'BT' and payment_method = 'BANK_TRANSFER'"));
    CHECK(count("status=ACTIVE,VOID_PENDING") == expected("status in ('ACTIVE', 'VOID_PENDING')"));
    CHECK(count("sold_by=" + text(cash, "sold_by")) == expected("sold_by = '" + text(cash, "sold_by") + "'"));
    CHECK(count("invoice_no=" + text(bank, "invoice_no")) == 1);
    CHECK(count("from=" + text(cash, "sale_date") + "&to=" + text(cash, "sale_date")) ==
          expected("sale_date = '" + text(cash, "sale_date") + "'"));
    CHECK(count("from=2999-01-01") == 0);
    CHECK(
        issues(suite.get("/v1/sales?branch_id=ZZ&company_id=ZZ&sold_by=01900000-0000-7000-8000-000000000000", admin)) ==
        std::set<std::string>{"branch_id:not_found", "company_id:not_found", "sold_by:not_found"});
    CHECK(suite.get("/v1/sales?sort=profit", admin).status == 422);

    for (const std::string sort : {"sale_date", "-sale_date", "selling_price", "-selling_price"}) {
        CAPTURE(sort);
        std::set<std::string> seen;
        std::string cursor;
        std::int64_t total = 0;
        do {
            const auto page =
                suite.get("/v1/sales?limit=7&sort=" + sort + (cursor.empty() ? "" : "&cursor=" + cursor), admin);
            REQUIRE(page.status == 200);
            const auto body = page.json();
            total = body.at("total").as_int64();
            for (const auto& item : body.at("items").as_array()) CHECK(seen.insert(text(item, "id")).second);
            cursor = body.at("next_cursor").is_null() ? std::string() : text(body, "next_cursor");
        } while (!cursor.empty());
        CHECK(static_cast<std::int64_t>(seen.size()) == total);
    }
    const auto own = suite.get("/v1/sales?limit=200", suite.token(suite.user_with_role("branch_manager", "BT"))).json();
    for (const auto& item : own.at("items").as_array()) CHECK(text(item, "selling_branch_code") == "BT");
    CHECK(own.at("total").as_int64() == expected("r.code = 'BT'"));
}
