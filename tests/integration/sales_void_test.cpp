// S3 to S6: voiding a sale, alone within a day, with a second person later.
#include "support/audit_rows.hpp"
#include "support/sales.hpp"

using namespace loan_manager::testing;

namespace {

const std::string because = R"({"reason":"sold to the wrong customer"})";

std::string with_trade_in(const std::string& plate = {}) {
    return R"("payment_method":"TRADE_IN","trade_in_value":"80000.00","cash_amount":"115000.00","trade_in":{)"
           R"("brand":"Honda","model":"CB 125F","year":2015)" +
           (plate.empty() ? std::string() : R"(,"license_plate":")" + plate + "\"") + "}";
}

/// The demo's first finance officer: he may approve voids everywhere.
std::string approver(Suite& suite) { return suite.user_with_role("finance_officer"); }

/// A sale at the branch whose void waits for the second person (version 2).
boost::json::value pending_at(Suite& suite, const std::string& branch,
                              const std::string& payment = R"("payment_method":"CASH")") {
    const auto sale = sold_at(suite, branch, payment);
    let_a_day_pass(suite, text(sale, "id"));
    const auto answer = command(suite, text(sale, "id"), "void", "admin", 1, because);
    REQUIRE(answer.status == 202);
    return answer.json();
}

std::string bike_status(Suite& suite, const boost::json::value& sale) {
    return suite.database().value("select status from bicycles where id = '" + text(sale, "bicycle_id") + "'");
}

}  // namespace

TEST_CASE("S3 B12 D-510 within 24 hours a void takes effect at once") {
    auto& suite = Suite::shared();
    auto database = suite.database();
    const auto sale = sold_at(suite, "WW");
    const auto id = text(sale, "id");
    const auto bike = text(sale, "bicycle_id");
    const auto answer = command(suite, id, "void", "admin", 1, because);
    REQUIRE(answer.status == 200);
    const auto row = answer.json();
    CHECK(answer.header("etag") == "\"2\"");
    CHECK(text(row, "status") == "VOIDED");
    CHECK(text(row, "void_reason") == "sold to the wrong customer");
    CHECK(text(row, "void_requested_by") == user_id(suite, "admin"));
    CHECK(text(row, "voided_by") == user_id(suite, "admin"));
    CHECK(row.at("void_second_approver").is_null());
    CHECK(text(row, "invoice_no") == text(sale, "invoice_no"));

    const auto back = suite.get("/v1/bikes/" + bike, suite.token("admin")).json();
    CHECK(text(back, "status") == "IN_STOCK");
    CHECK(text(back, "current_branch_code") == "WW");
    CHECK(text(back, "current_stock_number") == text(sale, "stock_number_at_sale"));
    CHECK(back.at("sale_id").is_null());
    CHECK(database.value("select count(*) from stock_numbers where bicycle_id = '" + bike + "'") == "1");
    CHECK(database.value("select string_agg(amount::text, ' ' order by entry_no) from cost_ledger where source_id = '" +
                         id + "'") == "195000.00 -195000.00");
    CHECK(database.value("select string_agg(distinct status, ' ') from commissions where sale_id = '" + id + "'") ==
          "REVERSED");
    CHECK(database.value("select reason from audit_log where action = 'SALE_VOIDED' and entity_id = '" + id + "'") ==
          "sold to the wrong customer");

    // It can be sold again, with another invoice.
    const auto again = sell(suite, bike, suite.user_with_role("branch_manager", "WW"), sale_body("180000.00"));
    REQUIRE(again.status == 201);
    CHECK(text(again.json(), "invoice_no") != text(sale, "invoice_no"));
    CHECK(text(again.json(), "stock_number_at_sale") == text(sale, "stock_number_at_sale"));
    const auto sales = suite.get("/v1/bikes/" + bike + "/sales", suite.token("admin")).json();
    REQUIRE(sales.at("items").as_array().size() == 2);
    CHECK(text(sales.at("items").at(1), "status") == "VOIDED");
    CHECK(suite.violations() == "");
}

TEST_CASE("S3 D-212 who may void: permission, existence, tag, state, reason") {
    auto& suite = Suite::shared();
    const auto sale = sold_at(suite, "WW");
    const auto id = text(sale, "id");
    CHECK(command(suite, id, "void", suite.user_with_role("branch_manager", "WW"), 1, because).code() == "FORBIDDEN");
    CHECK(command(suite, "01900000-0000-7000-8000-000000000000", "void", "admin", 1, because).status == 404);
    CHECK(command(suite, id, "void", "admin", 7, because).status == 412);
    CHECK(suite.post("/v1/sales/" + id + "/void", because, suite.token("admin")).status == 428);
    CHECK(issues(command(suite, id, "void", "admin", 1, R"({"reason":"no"})")) ==
          std::set<std::string>{"reason:too_short"});
    REQUIRE(command(suite, id, "void", "admin", 1, because).status == 200);
    for (const std::string verb : {"void", "void-reject"}) {
        CAPTURE(verb);
        CHECK(command(suite, id, verb, "admin", 2, because).code() == "INVALID_STATE");
    }
    CHECK(command(suite, id, "void-approve", approver(suite), 2, "{}").code() == "INVALID_STATE");
}

TEST_CASE("S4 later a void is only asked for: 202, commissions stand still, S5 a second person approves") {
    auto& suite = Suite::shared();
    auto database = suite.database();
    const auto pending = pending_at(suite, "WW");
    const auto id = text(pending, "id");
    CHECK(text(pending, "status") == "VOID_PENDING");
    CHECK(text(pending, "void_requested_by") == user_id(suite, "admin"));
    CHECK(pending.at("voided_at").is_null());
    CHECK(bike_status(suite, pending) == "SOLD");
    CHECK(database.value("select count(*) from audit_log where action = 'SALE_VOID_REQUESTED' and entity_id = '" + id +
                         "'") == "1");
    CHECK(suite.violations() == "");

    CHECK(command(suite, id, "void", "admin", 2, because).code() == "INVALID_STATE");
    const auto self = command(suite, id, "void-approve", "admin", 2, "{}");
    CHECK(self.status == 403);
    CHECK(self.code() == "SELF_APPROVAL");
    CHECK(command(suite, id, "void-approve", suite.user_with_role("branch_manager", "WW"), 2, "{}").code() ==
          "FORBIDDEN");
    CHECK(command(suite, id, "void-approve", approver(suite), 1, "{}").status == 412);

    const auto answer = command(suite, id, "void-approve", approver(suite), 2, "{}");
    REQUIRE(answer.status == 200);
    const auto row = answer.json();
    CHECK(text(row, "status") == "VOIDED");
    CHECK(text(row, "void_second_approver") == user_id(suite, approver(suite)));
    CHECK(text(row, "void_requested_by") == user_id(suite, "admin"));
    CHECK(bike_status(suite, pending) == "IN_STOCK");
    CHECK(database.value("select string_agg(distinct status, ' ') from commissions where sale_id = '" + id + "'") ==
          "REVERSED");
    CHECK(suite.violations() == "");
}

TEST_CASE("S5 D-902 a head manager approves voids of his company only") {
    auto& suite = Suite::shared();
    const auto pending = pending_at(suite, "BD");
    const auto of_company = [&](const std::string& code) {
        return suite.database().value(
            "select u.username from auth.users u join companies c on c.id = any (u.company_scope) "
            "where 'head_manager' = any (u.roles) and c.code = '" +
            code + "'");
    };
    CHECK(command(suite, text(pending, "id"), "void-approve", of_company("MA"), 2, "{}").code() == "OUT_OF_SCOPE");
    CHECK(command(suite, text(pending, "id"), "void-reject", of_company("MA"), 2, because).code() == "OUT_OF_SCOPE");
    CHECK(command(suite, text(pending, "id"), "void-approve", of_company("IN"), 2, "{}").status == 200);
    CHECK(suite.violations() == "");
}

TEST_CASE("S6 a void is rejected by the second person or withdrawn by the requester: the sale is as it was") {
    auto& suite = Suite::shared();
    for (const auto& who : {approver(suite), std::string("admin")}) {
        CAPTURE(who);
        const auto pending = pending_at(suite, "WW");
        const auto id = text(pending, "id");
        const auto answer = command(suite, id, "void-reject", who, 2, R"({"reason":"the customer kept the bike"})");
        REQUIRE(answer.status == 200);
        const auto row = answer.json();
        CHECK(text(row, "status") == "ACTIVE");
        CHECK(row.at("void_requested_by").is_null());
        CHECK(row.at("void_requested_at").is_null());
        CHECK(row.at("void_reason").is_null());
        CHECK(bike_status(suite, pending) == "SOLD");
        CHECK(suite.database().value(
                  "select reason from audit_log where action = 'SALE_VOID_REJECTED' and entity_id = '" + id + "'") ==
              "the customer kept the bike");
        CHECK(command(suite, id, "void-reject", who, 3, because).code() == "INVALID_STATE");
        // It may be asked for again.
        CHECK(command(suite, id, "void", "admin", 3, because).status == 202);
    }
    CHECK(suite.violations() == "");
}

TEST_CASE("D-219 every step of a void is audited with every column that it changed") {
    auto& suite = Suite::shared();
    const auto row = [&](const std::string& id) { return row_as_json(suite, "sales", id); };
    const auto step = [&](const std::string& id, const std::string& verb, const std::string& user, int version,
                          const std::string& body, const std::string& action) {
        const auto before = row(id);
        const auto answer = command(suite, id, verb, user, version, body);
        INFO(answer.body);
        CHECK((answer.status == 200 || answer.status == 202));
        check_audited(suite, action, id, before, row(id));
    };
    const auto at_once = text(sold_at(suite, "WW"), "id");
    step(at_once, "void", "admin", 1, because, "SALE_VOIDED");

    const auto later = text(sold_at(suite, "WW"), "id");
    let_a_day_pass(suite, later);
    step(later, "void", "admin", 1, because, "SALE_VOID_REQUESTED");
    step(later, "void-reject", approver(suite), 2, R"({"reason":"the customer kept the bike"})", "SALE_VOID_REJECTED");
    step(later, "void", "admin", 3, because, "SALE_VOID_REQUESTED");
    step(later, "void-approve", approver(suite), 4, "{}", "SALE_VOIDED");
    CHECK(
        suite.database().value("select new ->> 'void_second_approver' from audit_log where action = 'SALE_VOIDED' and "
                               "entity_id = '" +
                               later + "'") == user_id(suite, approver(suite)));
    CHECK(suite.database().value("select old ->> 'void_reason' from audit_log where action = 'SALE_VOID_REJECTED' and "
                                 "entity_id = '" +
                                 later + "'") == "sold to the wrong customer");
}

TEST_CASE("D-510 D-810 a void returns the trade-in and asks paid commissions back") {
    auto& suite = Suite::shared();
    auto database = suite.database();
    const auto sale = sold_at(suite, "WW", with_trade_in(fresh_plate()));
    const auto id = text(sale, "id");
    const auto trade_in = text(sale, "trade_in_bicycle_id");
    REQUIRE(command(suite, id, "void", "admin", 1, because).status == 200);
    const auto returned = suite.get("/v1/bikes/" + trade_in, suite.token("admin")).json();
    CHECK(text(returned, "status") == "WRITTEN_OFF");
    CHECK(text(returned, "write_off_kind") == "TRADE_IN_RETURNED");
    CHECK(text(returned, "write_off_reason") == "sold to the wrong customer");
    CHECK(returned.at("current_stock_number").is_null());
    CHECK(text(returned, "purchase_total") == "0.00");
    CHECK(text(returned, "purchase_price") == "80000.00");
    CHECK(database.value("select release_reason from stock_numbers where bicycle_id = '" + trade_in + "'") ==
          "WRITTEN_OFF");
    CHECK(database.value("select sum(amount) from cost_ledger where bicycle_id = '" + trade_in + "'") == "0.00");
    CHECK(database.value("select count(*) from audit_log where action = 'BIKE_WRITTEN_OFF' and entity_id = '" +
                         trade_in + "'") == "1");
    CHECK(suite.violations() == "");
}

TEST_CASE("D-509 an open job stands against the void, also when it is approved") {
    auto& suite = Suite::shared();
    const auto open_job = [&](const boost::json::value& sale) {
        const auto answer = suite.post("/v1/repair-jobs",
                                       R"({"bicycle_id":")" + text(sale, "bicycle_id") +
                                           R"(","branch_id":"WW","job_type":"SERVICE","after_sale":true})",
                                       suite.token("admin"));
        INFO(answer.body);
        REQUIRE(answer.status == 201);
    };
    const auto sale = sold_at(suite, "WW");
    open_job(sale);
    CHECK(command(suite, text(sale, "id"), "void", "admin", 1, because).code() == "OPEN_JOB");
    const auto pending = pending_at(suite, "WW");
    open_job(pending);
    CHECK(command(suite, text(pending, "id"), "void-approve", approver(suite), 2, "{}").code() == "OPEN_JOB");
    CHECK(suite.violations() == "");
}

TEST_CASE("D-509 the bike's plate must be free, its branch active, its trade-in in stock") {
    auto& suite = Suite::shared();
    auto database = suite.database();
    const auto manager = suite.user_with_role("branch_manager", "WL");
    const auto plate = fresh_plate();

    // The plate came back as another bike: by purchase …
    const auto bike = bike_at(suite, "WL", R"(,"license_plate":")" + plate + "\"");
    const auto sold = sell(suite, bike, manager, sale_body("195000.00"));
    REQUIRE(sold.status == 201);
    bike_at(suite, "BD", R"(,"license_plate":")" + plate + "\"");
    const auto doubled = command(suite, text(sold.json(), "id"), "void", "admin", 1, because);
    CHECK(doubled.status == 409);
    CHECK(doubled.code() == "DUPLICATE");
    CHECK(issues(doubled) == std::set<std::string>{"license_plate:duplicate"});

    const auto other = sold_at(suite, "WL");
    database.rows("update branches set is_active = false where code = 'WL'");
    CHECK(command(suite, text(other, "id"), "void", "admin", 1, because).code() == "BRANCH_INACTIVE");
    database.rows("update branches set is_active = true where code = 'WL'");

    const auto traded = sold_at(suite, "WL", with_trade_in());
    REQUIRE(sell(suite, text(traded, "trade_in_bicycle_id"), manager, sale_body("95000.00")).status == 201);
    const auto gone = command(suite, text(traded, "id"), "void", "admin", 1, because);
    CHECK(gone.status == 409);
    CHECK(gone.code() == "TRADE_IN_NOT_RETURNABLE");
    const auto late = pending_at(suite, "WL", with_trade_in());
    REQUIRE(sell(suite, text(late, "trade_in_bicycle_id"), manager, sale_body("95000.00")).status == 201);
    CHECK(command(suite, text(late, "id"), "void-approve", approver(suite), 2, "{}").code() ==
          "TRADE_IN_NOT_RETURNABLE");
    CHECK(suite.violations() == "");
}

TEST_CASE("D-510 post-sale costs stay after-sale costs of the bike") {
    auto& suite = Suite::shared();
    const auto sale = sold_at(suite, "WW");
    const auto bike = text(sale, "bicycle_id");
    REQUIRE(
        suite
            .post("/v1/bikes/" + bike + "/expenses",
                  R"({"category":"DOCUMENTATION","description":"Ownership papers","amount":"700.00","post_sale":true})",
                  suite.token("admin"))
            .status == 201);
    REQUIRE(command(suite, text(sale, "id"), "void", "admin", 1, because).status == 200);
    const auto row = suite.get("/v1/bikes/" + bike, suite.token("admin")).json();
    CHECK(text(row, "total_cost") == "150000.00");
    CHECK(text(row, "after_sale_total") == "700.00");
    CHECK(suite.violations() == "");
}

TEST_CASE("D-215 a void is answered once and replayed, with its status") {
    auto& suite = Suite::shared();
    const auto sale = sold_at(suite, "WW");
    let_a_day_pass(suite, text(sale, "id"));
    const Headers headers{{"if-match", "\"1\""}, {"idempotency-key", fresh_key()}};
    const auto path = "/v1/sales/" + text(sale, "id") + "/void";
    const auto first = suite.post(path, because, suite.token("admin"), headers);
    const auto again = suite.post(path, because, suite.token("admin"), headers);
    CHECK(first.status == 202);
    CHECK(again.status == 202);
    CHECK(again.body == first.body);
    CHECK(again.header("idempotency-replayed") == "true");
}
