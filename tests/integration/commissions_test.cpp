// Commissions of sales: what they come to, who decides about them and pays them, who sees them (C1 to C5, D-801 to
// D-810).
#include "support/commissions.hpp"
#include "support/audit_rows.hpp"
#include "support/concurrency.hpp"
#include "support/workshop.hpp"

using namespace loan_manager::testing;

namespace {

const std::string because = R"({"reason":"sold to the wrong customer"})";
const std::string paid = R"({"payment_reference":"CHQ 000123"})";

/// The row of one kind that the sale earned.
boost::json::value earned(Suite& suite, const boost::json::value& sale, const std::string& kind) {
    const auto id = suite.database().value("select id from commissions where reverses_id is null and sale_id = '" +
                                           text(sale, "id") + "' and kind = '" + kind + "'");
    REQUIRE(id != "");
    const auto answer = suite.get("/v1/commissions/" + id, suite.token("admin"));
    REQUIRE(answer.status == 200);
    return answer.json();
}

HttpResponse decide(Suite& suite, const boost::json::value& commission, const std::string& verb,
                    const std::string& user, const std::string& body = "{}", int version = 0) {
    const auto tag = version == 0 ? commission.at("version").as_int64() : version;
    return suite.post("/v1/commissions/" + text(commission, "id") + "/" + verb, body, suite.token(user),
                      {{"if-match", "\"" + std::to_string(tag) + "\""}});
}

boost::json::value decided(Suite& suite, const boost::json::value& commission, const std::string& verb,
                           const std::string& user, const std::string& body = "{}") {
    const auto answer = decide(suite, commission, verb, user, body);
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    return answer.json();
}

/// "BUYER WW 375.00 PENDING, …" in the order they came about.
std::string rows_of(Suite& suite, const boost::json::value& sale) {
    return suite.database().value(
        "select string_agg(concat_ws(' ', c.kind, b.code, c.amount, c.status), ', ' order by c.id) from commissions c "
        "join branches b on b.id = c.branch_id where c.sale_id = '" +
        text(sale, "id") + "'");
}

std::string audit_of(Suite& suite, const boost::json::value& commission) {
    return suite.database().value(
        "select string_agg(action || ' ' || (new->>'status'), ', ' order by at, action desc) from audit_log where "
        "entity_type = 'commission' and entity_id = '" +
        text(commission, "id") + "'");
}

std::string event_of(Suite& suite, const boost::json::value& commission) {
    return suite.database().value("select string_agg(event_type, ', ' order by seq) from outbox where entity_id = '" +
                                  text(commission, "id") + "'");
}

/// Takes a bike through a stock job of 15000.00 at the branch where it stands.
void overhaul(Suite& suite, const std::string& bike, const std::string& branch) {
    const Workshop workshop(suite);
    const auto mechanic = user_id(suite, suite.user_with_role("mechanic", branch));
    const auto job = workshop.job(bike, R"(,"branch_id":")" + branch + R"(","mechanic_id":")" + mechanic +
                                            R"(","job_type":"FULL_OVERHAUL_BEFORE_SALE")");
    REQUIRE(workshop.add_line(job, "PART", R"("unit_cost":"15000.00")").status == 201);
    REQUIRE(workshop.command(job, "start").status == 200);
    REQUIRE(workshop.command(job, "complete", done).status == 200);
}

std::vector<std::string> ids(const HttpResponse& answer) {
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    std::vector<std::string> found;
    const auto body = answer.json();
    for (const auto& item : body.at("items").as_array()) found.push_back(text(item, "id"));
    return found;
}

}  // namespace

TEST_CASE("D-702 D-809 D-806 C1 the golden sale earns 375.00, 625.00, 125.00 and 125.00") {
    auto& suite = Suite::shared();
    const auto bike = bike_at(suite, "WW");
    overhaul(suite, bike, "WW");
    REQUIRE(suite
                .post("/v1/bikes/" + bike + "/expenses",
                      R"({"category":"TRANSPORT","description":"Carried home","amount":"5000.00"})",
                      suite.token("admin"))
                .status == 201);
    const auto answer = sell(suite, bike, branch_manager(suite, "WW"), sale_body("195000.00"));
    REQUIRE(answer.status == 201);
    const auto sale = answer.json();
    CHECK(text(sale, "profit") == "25000.00");
    CHECK(rows_of(suite, sale) ==
          "BUYER WW 375.00 PENDING, SELLER WW 625.00 PENDING, GARAGE WW 125.00 PENDING, "
          "SALES_OFFICER WW 125.00 PENDING");

    const auto row = earned(suite, sale, "SALES_OFFICER");
    CHECK(text(row, "base_amount") == "25000.00");
    CHECK(text(row, "pool_rate") == "5.00");
    CHECK(text(row, "pool_amount") == "1250.00");
    CHECK(text(row, "share_percent") == "10.00");
    CHECK(text(row, "period_month") == text(sale, "sale_date").substr(0, 7));
    CHECK(text(row, "payee_user_id") == user_id(suite, branch_manager(suite, "WW")));
    CHECK(text(row, "branch_code") == "WW");
    CHECK(row.at("version") == 1);
    CHECK(audit_of(suite, row) == "COMMISSION_CREATED PENDING");
    CHECK(event_of(suite, row) == "commission.created");

    const auto list = suite.get("/v1/sales/" + text(sale, "id") + "/commissions", suite.token("admin"));
    CHECK(ids(list).size() == 4);
    CHECK(text(list.json(), "total_amount") == "1250.00");
    CHECK(suite.violations() == "");
}

TEST_CASE("D-806 without a completed stock job the garage's share stays with the company; no profit earns nothing") {
    auto& suite = Suite::shared();
    const auto sale = sold_at(suite, "WW");  // profit 45000.00, pool 2250.00
    CHECK(rows_of(suite, sale) ==
          "BUYER WW 675.00 PENDING, SELLER WW 1125.00 PENDING, SALES_OFFICER WW 225.00 PENDING");
    const auto even = sell(suite, bike_at(suite, "WW"), branch_manager(suite, "WW"), sale_body("150000.00"));
    REQUIRE(even.status == 201);
    CHECK(rows_of(suite, even.json()) == "");
    CHECK(suite.violations() == "");
}

TEST_CASE("C2 C3 approve, then pay, each once and by somebody else than the payee") {
    auto& suite = Suite::shared();
    const auto sale = sold_at(suite, "WW");
    const auto row = earned(suite, sale, "SALES_OFFICER");
    // The manager sold it himself.
    check_refused(decide(suite, row, "approve", branch_manager(suite, "WW")), 403, "SELF_APPROVAL");
    check_refused(decide(suite, row, "reject", branch_manager(suite, "WW"), because), 403, "SELF_APPROVAL");
    check_refused(decide(suite, row, "pay", finance_officer(suite), paid), 409, "INVALID_STATE");

    const auto approved = decided(suite, row, "approve", finance_officer(suite));
    CHECK(text(approved, "status") == "APPROVED");
    CHECK(text(approved, "approved_by") == user_id(suite, finance_officer(suite)));
    CHECK(approved.at("version") == 2);
    check_refused(decide(suite, approved, "approve", finance_officer(suite)), 409, "INVALID_STATE");
    check_refused(decide(suite, approved, "reject", finance_officer(suite), because), 409, "INVALID_STATE");
    check_refused(decide(suite, approved, "pay", finance_officer(suite), paid, 1), 412, "PRECONDITION_FAILED");

    const auto done = decided(suite, approved, "pay", finance_officer(suite), paid);
    CHECK(text(done, "status") == "PAID");
    CHECK(text(done, "payment_reference") == "CHQ 000123");
    CHECK(text(done, "paid_by") == user_id(suite, finance_officer(suite)));
    check_refused(decide(suite, done, "pay", finance_officer(suite), paid), 409, "INVALID_STATE");
    CHECK(audit_of(suite, row) == "COMMISSION_CREATED PENDING, COMMISSION_APPROVED APPROVED, COMMISSION_PAID PAID");
    CHECK(event_of(suite, row) == "commission.created, commission.approved, commission.paid");
    CHECK(suite.violations() == "");
}

TEST_CASE("C3 the payee does not pay himself") {
    auto& suite = Suite::shared();
    // The admin is of every branch in reach but of none by scope, so he is made the payee behind the suite's back.
    const auto sale = sold_at(suite, "WW");
    auto row = decided(suite, earned(suite, sale, "SALES_OFFICER"), "approve", finance_officer(suite));
    suite.database().rows("update commissions set payee_user_id = '" + user_id(suite, "admin") + "' where id = '" +
                          text(row, "id") + "'");
    check_refused(decide(suite, row, "pay", "admin", paid), 403, "SELF_APPROVAL");
    CHECK(decide(suite, row, "pay", finance_officer(suite), paid).status == 200);
}

TEST_CASE("C4 reject with a reason") {
    auto& suite = Suite::shared();
    const auto row = earned(suite, sold_at(suite, "WW"), "BUYER");
    auto answer = decide(suite, row, "reject", branch_manager(suite, "WW"), R"({"reason":"no"})");
    CHECK(answer.status == 422);
    CHECK(issues(answer) == std::set<std::string>{"reason:too_short"});
    const auto rejected = decided(suite, row, "reject", branch_manager(suite, "WW"), because);
    CHECK(text(rejected, "status") == "REJECTED");
    CHECK(text(rejected, "reject_reason") == "sold to the wrong customer");
    check_refused(decide(suite, rejected, "approve", branch_manager(suite, "WW")), 409, "INVALID_STATE");
    check_refused(decide(suite, rejected, "pay", finance_officer(suite), paid), 409, "INVALID_STATE");
    CHECK(suite.violations() == "");
}

TEST_CASE("C2 C3 C4 permission, scope, version, key and body are asked in the order of D-212") {
    auto& suite = Suite::shared();
    const auto sale = sold_at(suite, "WW");
    const auto row = earned(suite, sale, "SELLER");
    check_refused(decide(suite, row, "approve", suite.user_with_role("sales_agent", "WW")), 403, "FORBIDDEN");
    check_refused(decide(suite, row, "pay", branch_manager(suite, "WW"), paid), 403, "FORBIDDEN");
    check_refused(decide(suite, row, "approve", branch_manager(suite, "BD")), 403, "OUT_OF_SCOPE");
    check_refused(decide(suite, row, "approve", branch_manager(suite, "BD"), "{}", 7), 403, "OUT_OF_SCOPE");
    check_refused(decide(suite, row, "approve", branch_manager(suite, "WW"), "{}", 7), 412, "PRECONDITION_FAILED");
    check_refused(suite.post("/v1/commissions/" + text(row, "id") + "/approve", "{}", suite.token("admin")), 428,
                  "PRECONDITION_REQUIRED");
    check_refused(decide(suite, row, "pay", finance_officer(suite), "{}"), 422, "VALIDATION");
    const auto nobody = suite.post("/v1/commissions/019b0000-0000-7000-8000-000000000000/approve", "{}",
                                   suite.token("admin"), {{"if-match", "\"1\""}});
    check_refused(nobody, 404, "NOT_FOUND");
    CHECK(earned(suite, sale, "SELLER") == row);
}

TEST_CASE("C5 D-810 a void reverses what is due, counters what is paid and leaves what was rejected") {
    auto& suite = Suite::shared();
    const auto bike = bike_at(suite, "WW");
    overhaul(suite, bike, "WW");
    const auto sold = sell(suite, bike, branch_manager(suite, "WW"), sale_body("195000.00"));
    REQUIRE(sold.status == 201);
    const auto sale = sold.json();
    const auto buyer = decided(suite, decided(suite, earned(suite, sale, "BUYER"), "approve", finance_officer(suite)),
                               "pay", finance_officer(suite), paid);
    decided(suite, earned(suite, sale, "SELLER"), "approve", finance_officer(suite));
    decided(suite, earned(suite, sale, "GARAGE"), "reject", finance_officer(suite), because);
    REQUIRE(command(suite, text(sale, "id"), "void", "admin", 1, because).status == 200);
    CHECK(rows_of(suite, sale) ==
          "BUYER WW 450.00 PAID, SELLER WW 750.00 REVERSED, GARAGE WW 150.00 REJECTED, "
          "SALES_OFFICER WW 150.00 REVERSED, BUYER WW -450.00 APPROVED");
    CHECK(audit_of(suite, earned(suite, sale, "SALES_OFFICER")) ==
          "COMMISSION_CREATED PENDING, COMMISSION_REVERSED REVERSED");

    // Out of the voided sale only the counter-row can still be paid.
    for (const auto* kind : {"BUYER", "SELLER", "GARAGE", "SALES_OFFICER"}) {
        const auto row = earned(suite, sale, kind);
        check_refused(decide(suite, row, "approve", finance_officer(suite)), 409, "INVALID_STATE");
        check_refused(decide(suite, row, "pay", finance_officer(suite), paid), 409, "INVALID_STATE");
    }
    const auto id =
        suite.database().value("select id from commissions where reverses_id = '" + text(buyer, "id") + "'");
    const auto counter = suite.get("/v1/commissions/" + id, suite.token("admin")).json();
    CHECK(text(counter, "reverses_id") == text(buyer, "id"));
    CHECK(counter.at("approved_by").is_null());
    CHECK(text(counter, "period_month") ==
          suite.database().value("select to_char(now() at time zone 'Asia/Colombo', 'YYYY-MM')"));
    CHECK(audit_of(suite, counter) == "COMMISSION_CREATED APPROVED");
    check_refused(decide(suite, counter, "approve", finance_officer(suite)), 409, "INVALID_STATE");
    CHECK(text(decided(suite, counter, "pay", finance_officer(suite), paid), "status") == "PAID");
    CHECK(suite.violations() == "");
}

TEST_CASE("C2 C3 C4 a sale whose void is being decided freezes its commissions") {
    auto& suite = Suite::shared();
    const auto sale = sold_at(suite, "WW");
    const auto pending = earned(suite, sale, "BUYER");
    const auto approved = decided(suite, earned(suite, sale, "SELLER"), "approve", finance_officer(suite));
    let_a_day_pass(suite, text(sale, "id"));
    REQUIRE(command(suite, text(sale, "id"), "void", "admin", 1, because).status == 202);
    check_refused(decide(suite, pending, "approve", finance_officer(suite)), 409, "SALE_VOID_PENDING");
    check_refused(decide(suite, pending, "reject", finance_officer(suite), because), 409, "SALE_VOID_PENDING");
    check_refused(decide(suite, approved, "pay", finance_officer(suite), paid), 409, "SALE_VOID_PENDING");
    REQUIRE(command(suite, text(sale, "id"), "void-reject", finance_officer(suite), 2, because).status == 200);
    CHECK(decide(suite, pending, "approve", finance_officer(suite)).status == 200);
    CHECK(decide(suite, approved, "pay", finance_officer(suite), paid).status == 200);
    CHECK(suite.violations() == "");
}

TEST_CASE("X-19 approvals of one commission with one ETag: one 200, the rest 412") {
    auto& suite = Suite::shared();
    const auto sale = sold_at(suite, "WW");
    const auto row = earned(suite, sale, "BUYER");
    suite.token(finance_officer(suite));
    const auto answers = at_once(8, [&](int i) {
        return i % 2 == 0 ? decide(suite, row, "approve", finance_officer(suite))
                          : decide(suite, row, "reject", finance_officer(suite), because);
    });
    CHECK(by_status(answers) == std::map<int, int>{{200, 1}, {412, 7}});
    CHECK(earned(suite, sale, "BUYER").at("version") == 2);
    CHECK(suite.violations() == "");
}

TEST_CASE("D-901 D-902 D-904 who sees which commission, and what of it") {
    auto& suite = Suite::shared();
    const auto agent = suite.user_with_role("sales_agent", "WW");
    const auto sale = sold_at(suite, "WW", R"("payment_method":"CASH","sold_by":")" + user_id(suite, agent) + "\"");
    const auto own = earned(suite, sale, "SALES_OFFICER");
    const auto others = earned(suite, sale, "SELLER");
    const auto one = [&](const boost::json::value& row, const std::string& user) {
        return suite.get("/v1/commissions/" + text(row, "id"), suite.token(user));
    };
    CHECK(one(own, branch_manager(suite, "WW")).status == 200);
    CHECK(one(own, branch_manager(suite, "BD")).status == 404);
    CHECK(one(others, agent).status == 404);
    const auto seen = one(own, agent);
    REQUIRE(seen.status == 200);
    CHECK(seen.header("etag") == "\"1\"");
    const auto body = seen.json();
    CHECK_FALSE(body.as_object().contains("base_amount"));
    CHECK_FALSE(body.as_object().contains("pool_amount"));
    CHECK(text(body, "amount") == "225.00");

    // Lists: his own rows with payee=me, nothing without commissions:read.
    const auto list = [&](const std::string& query, const std::string& user) {
        return suite.get("/v1/commissions?" + query, suite.token(user));
    };
    CHECK(ids(list("payee=me&sale_id=" + text(sale, "id"), agent)) == std::vector<std::string>{text(own, "id")});
    CHECK(ids(list("payee=" + user_id(suite, agent) + "&sale_id=" + text(sale, "id"), agent)).size() == 1);
    check_refused(list("sale_id=" + text(sale, "id"), agent), 403, "FORBIDDEN");
    check_refused(list("payee=" + user_id(suite, "admin"), agent), 403, "FORBIDDEN");
    CHECK(ids(list("sale_id=" + text(sale, "id"), branch_manager(suite, "WW"))).size() == 3);
    CHECK(ids(list("sale_id=" + text(sale, "id"), branch_manager(suite, "BD"))).empty());
    CHECK(ids(list("payee=me", suite.user_with_role("mechanic"))).empty());
    CHECK(
        suite.get("/v1/sales/" + text(sale, "id") + "/commissions", suite.token(branch_manager(suite, "BD"))).status ==
        404);
    CHECK(suite.get("/v1/sales/" + text(sale, "id") + "/commissions", suite.token(agent)).status == 403);
}

TEST_CASE("GET /v1/commissions filters, sorts, pages and sums") {
    auto& suite = Suite::shared();
    const auto sale = sold_at(suite, "PS");  // 675.00, 1125.00, 225.00
    const auto month = text(sale, "sale_date").substr(0, 7);
    const auto token = suite.token("admin");
    const auto list = [&](const std::string& query) {
        return suite.get("/v1/commissions?sale_id=" + text(sale, "id") + query, token);
    };
    auto body = list("").json();
    CHECK(body.at("total") == 3);
    CHECK(text(body, "total_amount") == "2025.00");
    CHECK(ids(list("&kind=SELLER")) == std::vector<std::string>{text(earned(suite, sale, "SELLER"), "id")});
    CHECK(ids(list("&status=PENDING,PAID")).size() == 3);
    CHECK(ids(list("&status=REJECTED")).empty());
    CHECK(text(list("&status=REJECTED").json(), "total_amount") == "0.00");
    CHECK(ids(list("&period_from=" + month + "&period_to=" + month + "&branch_id=PS")).size() == 3);
    CHECK(ids(list("&period_to=2001-01")).empty());
    CHECK(ids(list("&branch_id=WW")).empty());

    const std::vector<std::string> by_amount{text(earned(suite, sale, "SALES_OFFICER"), "id"),
                                             text(earned(suite, sale, "BUYER"), "id"),
                                             text(earned(suite, sale, "SELLER"), "id")};
    CHECK(ids(list("&sort=amount")) == by_amount);
    body = list("&sort=amount&limit=2").json();
    const auto next = list("&sort=amount&limit=2&cursor=" + text(body, "next_cursor"));
    CHECK(ids(next) == std::vector<std::string>{by_amount[2]});
    CHECK(text(next.json(), "total_amount") == "2025.00");
    check_refused(list("&sort=-amount&limit=2&cursor=" + text(body, "next_cursor")), 400, "BAD_CURSOR");

    CHECK(issues(suite.get("/v1/commissions?payee=somebody&period_from=2026-13", token)) ==
          std::set<std::string>{"period_from:format"});
    CHECK(issues(suite.get("/v1/commissions?payee=somebody", token)) == std::set<std::string>{"payee:format"});
    const std::string unknown = "019b0000-0000-7000-8000-000000000000";
    CHECK(issues(suite.get("/v1/commissions?branch_id=ZZ&payee=" + unknown + "&sale_id=" + unknown, token)) ==
          std::set<std::string>{"branch_id:not_found", "payee:not_found", "sale_id:not_found"});
}

TEST_CASE("total_amount is what is due or paid; REJECTED and REVERSED count only when asked for by status") {
    auto& suite = Suite::shared();
    const auto sale = sold_at(suite, "PS");  // BUYER 675.00, SELLER 1125.00, SALES_OFFICER 225.00
    const auto total = [&](const std::string& query) {
        const auto answer = suite.get("/v1/commissions?sale_id=" + text(sale, "id") + query, suite.token("admin"));
        INFO(answer.body);
        REQUIRE(answer.status == 200);
        return text(answer.json(), "total_amount");
    };
    const auto of_sale = [&] {
        return text(suite.get("/v1/sales/" + text(sale, "id") + "/commissions", suite.token("admin")).json(),
                    "total_amount");
    };
    CHECK(total("") == "2025.00");
    decided(suite, earned(suite, sale, "SALES_OFFICER"), "reject", finance_officer(suite), because);
    CHECK(total("") == "1800.00");
    CHECK(of_sale() == "1800.00");
    CHECK(total("&status=REJECTED") == "225.00");
    CHECK(total("&status=PENDING,REJECTED") == "2025.00");
    const auto approved = decided(suite, earned(suite, sale, "BUYER"), "approve", finance_officer(suite));
    CHECK(total("") == "1800.00");
    decided(suite, approved, "pay", finance_officer(suite), paid);
    CHECK(total("") == "1800.00");

    // Of a voided sale what was paid and what asks it back cancel each other out.
    REQUIRE(command(suite, text(sale, "id"), "void", "admin", 1, because).status == 200);
    CHECK(total("") == "0.00");
    CHECK(of_sale() == "0.00");
    CHECK(total("&status=REVERSED") == "1125.00");
    CHECK(total("&status=PAID") == "675.00");
    CHECK(total("&status=APPROVED") == "-675.00");
    CHECK(total("&status=PENDING,APPROVED,PAID,REJECTED,REVERSED") == "1350.00");
    // The sum is that of the filter, whichever page is looked at.
    const auto first = suite.get("/v1/commissions?limit=2&sale_id=" + text(sale, "id"), suite.token("admin")).json();
    CHECK(text(first, "total_amount") == "0.00");
    CHECK(total("&limit=2&cursor=" + text(first, "next_cursor")) == "0.00");
}

TEST_CASE("D-219 every decision about a commission is audited with every column that it changed") {
    auto& suite = Suite::shared();
    const auto sale = sold_at(suite, "WW");
    const auto step = [&](const boost::json::value& row, const std::string& verb, const std::string& body,
                          const std::string& action) {
        const auto id = text(row, "id");
        const auto before = row_as_json(suite, "commissions", id);
        const auto after = decided(suite, row, verb, finance_officer(suite), body);
        check_audited(suite, action, id, before, row_as_json(suite, "commissions", id));
        return after;
    };
    const auto approved = step(earned(suite, sale, "BUYER"), "approve", "{}", "COMMISSION_APPROVED");
    step(approved, "pay", paid, "COMMISSION_PAID");
    step(earned(suite, sale, "SELLER"), "reject", because, "COMMISSION_REJECTED");
    const auto officer = text(earned(suite, sale, "SALES_OFFICER"), "id");
    const auto before = row_as_json(suite, "commissions", officer);
    REQUIRE(command(suite, text(sale, "id"), "void", "admin", 1, because).status == 200);
    check_audited(suite, "COMMISSION_REVERSED", officer, before, row_as_json(suite, "commissions", officer));
}

TEST_CASE("GET /v1/commissions/{id}/explanation arrives at the stored amount, before and after a void") {
    auto& suite = Suite::shared();
    const auto agent = suite.user_with_role("sales_agent", "WW");
    const auto bike = bike_at(suite, "WW");
    overhaul(suite, bike, "WW");
    const auto sold =
        sell(suite, bike, branch_manager(suite, "WW"),
             sale_body("195000.01", R"("payment_method":"CASH","sold_by":")" + user_id(suite, agent) + "\""));
    REQUIRE(sold.status == 201);
    const auto sale = sold.json();
    const auto explain = [&](const std::string& id, const std::string& user) {
        return suite.get("/v1/commissions/" + id + "/explanation", suite.token(user));
    };
    for (const auto* kind : {"BUYER", "SELLER", "GARAGE", "SALES_OFFICER"}) {
        const auto row = earned(suite, sale, kind);
        const auto answer = explain(text(row, "id"), "admin");
        INFO(answer.body);
        REQUIRE(answer.status == 200);
        const auto body = answer.json();
        CHECK(body.at("reproduced") == true);
        CHECK(body.at("problem").is_null());
        CHECK(text(body, "amount") == text(row, "amount"));
        CHECK(text(body, "invoice_no") == text(sale, "invoice_no"));
        const auto lines = body.at("lines").as_array();
        CHECK(text(lines.back(), "label") == std::string("Commission of ") + kind);
        CHECK(text(lines.back(), "value") == text(row, "amount"));
        CHECK(answer.body.find("15000.00 repairs") != std::string::npos);
    }
    // The payee sees how, but no costs.
    const auto own = text(earned(suite, sale, "SALES_OFFICER"), "id");
    const auto hidden = explain(own, agent);
    REQUIRE(hidden.status == 200);
    CHECK(hidden.body.find("165000.00") == std::string::npos);
    CHECK(hidden.body.find("30000.01") == std::string::npos);
    CHECK(hidden.body.find("1500.00") == std::string::npos);
    CHECK(explain(own, branch_manager(suite, "BD")).status == 404);

    const auto buyer = decided(suite, decided(suite, earned(suite, sale, "BUYER"), "approve", finance_officer(suite)),
                               "pay", finance_officer(suite), paid);
    REQUIRE(command(suite, text(sale, "id"), "void", "admin", 1, because).status == 200);
    // The bike goes on living, at another cost.
    overhaul(suite, bike, "WW");
    CHECK(explain(text(buyer, "id"), "admin").json().at("reproduced") == true);
    const auto id =
        suite.database().value("select id from commissions where reverses_id = '" + text(buyer, "id") + "'");
    const auto counter = explain(id, "admin").json();
    CHECK(counter.at("reproduced") == true);
    CHECK(text(counter, "amount") == "-" + text(buyer, "amount"));
    CHECK(suite.violations() == "");
}
