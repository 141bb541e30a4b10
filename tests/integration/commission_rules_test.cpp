// Rules of commissions: their fields, their dates, and what may change once they have been used (D-801, D-811).
#include "support/commissions.hpp"
#include "support/concurrency.hpp"

using namespace loan_manager::testing;

namespace {

/// A company without branches, whose rules nobody else meets.
std::string new_company(Suite& suite) {
    static int made = 0;
    const std::string code = std::string("RULE") + static_cast<char>('A' + made++);
    suite.database().rows(
        "insert into companies (id, code, name, district, created_by, updated_by) select gen_random_uuid(), '" + code +
        "', 'Company of rules', 'Badulla', id, id from auth.users where username = 'system'");
    return code;
}

/// The rule of D-809 with other members first; a later duplicate is not allowed, so `terms` replaces the money part.
std::string rule(const std::string& company, const std::string& from, const std::string& extra = {},
                 const std::string& terms = R"("base":"PROFIT","pool_rate":"5.00","buyer_share":"30.00",)"
                                            R"("seller_share":"50.00","officer_share":"10.00",)"
                                            R"("garage_kind":"PERCENTAGE","garage_share":"10.00")") {
    return R"({"company_id":")" + company + R"(","name":"Rule from )" + from + R"(","effective_from":")" + from +
           "\"," + terms + extra + "}";
}

HttpResponse create(Suite& suite, const std::string& body) {
    return suite.post("/v1/commission-rules", body, suite.token(finance_officer(suite)));
}

boost::json::value created(Suite& suite, const std::string& body) {
    const auto answer = create(suite, body);
    INFO(answer.body);
    REQUIRE(answer.status == 201);
    return answer.json();
}

HttpResponse change(Suite& suite, const boost::json::value& row, const std::string& body) {
    return suite.patch("/v1/commission-rules/" + text(row, "id"), body, suite.token(finance_officer(suite)),
                       "\"" + std::to_string(row.at("version").as_int64()) + "\"");
}

/// The seeded rule of a company.
boost::json::value seeded(Suite& suite, const std::string& company) {
    const auto answer =
        suite.get("/v1/commission-rules?sort=effective_from&company_id=" + company, suite.token("admin"));
    REQUIRE(answer.status == 200);
    return answer.json().at("items").at(0);
}

std::string rows_of(Suite& suite, const boost::json::value& sale) {
    return suite.database().value(
        "select string_agg(concat_ws(' ', kind, amount), ', ' order by id) from commissions "
        "where sale_id = '" +
        text(sale, "id") + "'");
}

/// A sale of a bike of the branch, bought for 150000.00, on a day.
HttpResponse sell_on(Suite& suite, const std::string& bike, const std::string& branch, const std::string& day,
                     const std::string& price = "195000.00") {
    return sell(suite, bike, suite.user_with_role("branch_manager", branch),
                sale_body(price, R"("payment_method":"CASH","sale_date":")" + day + "\""));
}

std::string terms_of_sale_price() {
    return R"("base":"SALE_PRICE","pool_rate":"1.00","buyer_share":"0.00","seller_share":"100.00",)"
           R"("officer_share":"0.00","garage_kind":"NONE","pay_on_loss":true)";
}

}  // namespace

TEST_CASE("D-801 rules are created, read, changed and listed") {
    auto& suite = Suite::shared();
    const auto company = new_company(suite);
    const auto made = create(suite, rule(company, "2020-01-01", R"(,"effective_to":"2020-12-31")",
                                         R"("base":"PROFIT","buyer_share":"30","seller_share":"50.5",)"
                                         R"("officer_share":"10","garage_kind":"NONE")"));
    INFO(made.body);
    REQUIRE(made.status == 201);
    const auto row = made.json();
    CHECK(made.header("etag") == "\"1\"");
    CHECK(made.header("location") == "/v1/commission-rules/" + text(row, "id"));
    CHECK(text(row, "company_code") == company);
    CHECK(text(row, "pool_rate") == "5.00");
    CHECK(text(row, "seller_share") == "50.50");
    CHECK(text(row, "garage_share") == "0.00");
    CHECK(row.at("garage_amount").is_null());
    CHECK(row.at("pay_on_loss") == false);
    CHECK(row.at("is_active") == true);

    const auto changed = change(suite, row, R"({"officer_share":"15.00","effective_to":null})");
    REQUIRE(changed.status == 200);
    CHECK(changed.header("etag") == "\"2\"");
    CHECK(text(changed.json(), "officer_share") == "15.00");
    CHECK(changed.json().at("effective_to").is_null());
    CHECK(change(suite, changed.json(), R"({"officer_share":"15.00"})").header("etag") == "\"2\"");
    check_refused(change(suite, row, R"({"name":"Stale"})"), 412, "PRECONDITION_FAILED");

    CHECK(suite.get("/v1/commission-rules/" + text(row, "id"), suite.token("admin")).body == changed.body);
    const auto list =
        suite.get("/v1/commission-rules?is_active=true&company_id=" + company, suite.token(finance_officer(suite)))
            .json();
    CHECK(list.at("total") == 1);
    const auto audit = suite.database().value(
        "select string_agg(action || coalesce(' ' || (old->>'officer_share') || ' ' || (new->>'officer_share'), ''), "
        "', ' order by at) from audit_log where entity_type = 'commission_rule' and entity_id = '" +
        text(row, "id") + "'");
    CHECK(audit == "RULE_CREATED, RULE_UPDATED 10.00 15.00");
    CHECK(suite.violations() == "");
}

TEST_CASE("D-802 D-804 wrong fields of a rule are named, all in one answer") {
    auto& suite = Suite::shared();
    const auto company = new_company(suite);
    using Issues = std::set<std::string>;
    CHECK(issues(create(suite, "{}")) ==
          Issues{"company_id:required", "name:required", "base:required", "buyer_share:required",
                 "seller_share:required", "officer_share:required", "garage_kind:required", "effective_from:required"});
    const auto with = [&](const std::string& terms, const std::string& extra = {}) {
        return issues(create(suite, rule(company, "2020-06-01", extra, terms)));
    };
    const std::string shares = R"("base":"PROFIT","buyer_share":"30","seller_share":"50","officer_share":"10",)";
    CHECK(with(shares + R"("garage_kind":"PERCENTAGE","garage_share":"10.01")") ==
          Issues{"buyer_share:out_of_range", "seller_share:out_of_range", "officer_share:out_of_range",
                 "garage_share:out_of_range"});
    CHECK(with(shares + R"("garage_kind":"PERCENTAGE")") == Issues{"garage_share:required"});
    CHECK(with(shares + R"("garage_kind":"PERCENTAGE","garage_share":"5","garage_amount":"5")") ==
          Issues{"garage_amount:not_allowed"});
    CHECK(with(shares + R"("garage_kind":"FIXED","garage_share":"5")") ==
          Issues{"garage_share:not_allowed", "garage_amount:required"});
    CHECK(with(shares + R"("garage_kind":"FIXED","garage_amount":"0.00")") == Issues{"garage_amount:out_of_range"});
    CHECK(with(shares + R"("garage_kind":"NONE","pool_rate":"0.00")", R"(,"effective_to":"2020-05-31")") ==
          Issues{"pool_rate:out_of_range", "effective_to:out_of_range"});
    CHECK(issues(create(suite, rule("NOBODY", "2020-06-01"))) == Issues{"company_id:not_found"});

    // A PATCH is judged with what stays.
    const auto row = created(suite, rule(company, "2020-06-01"));
    CHECK(issues(change(suite, row, R"({"garage_kind":"NONE"})")) == Issues{"garage_share:not_allowed"});
    CHECK(issues(change(suite, row, R"({"effective_to":"2020-05-31"})")) == Issues{"effective_to:out_of_range"});
    CHECK(issues(change(suite, row, R"({"base":null,"pool_rate":"101"})")) ==
          Issues{"base:required", "pool_rate:out_of_range"});
    CHECK(change(suite, row, R"({"garage_kind":"FIXED","garage_share":"0.00","garage_amount":"750.00"})").status ==
          200);
}

TEST_CASE("D-801 active rules of a company never overlap") {
    auto& suite = Suite::shared();
    const auto company = new_company(suite);
    const auto first = created(suite, rule(company, "2020-01-01", R"(,"effective_to":"2020-06-30")"));
    const auto refused = create(suite, rule(company, "2020-06-30"));
    check_refused(refused, 409, "RULE_OVERLAP");
    CHECK(refused.body.find("Rule from 2020-01-01") != std::string::npos);
    const auto second = created(suite, rule(company, "2020-07-01"));
    check_refused(change(suite, first, R"({"effective_to":"2020-07-01"})"), 409, "RULE_OVERLAP");
    check_refused(change(suite, first, R"({"effective_to":null})"), 409, "RULE_OVERLAP");
    // An inactive one may lie anywhere, until it is activated.
    const auto inactive = created(suite, rule(company, "2020-03-01", R"(,"is_active":false)"));
    check_refused(change(suite, inactive, R"({"is_active":true})"), 409, "RULE_OVERLAP");
    // Another company has its own.
    created(suite, rule(new_company(suite), "2020-01-01"));
    CHECK(suite.violations() == "");
}

TEST_CASE("X-25 two overlapping rules activated at once: one 201, one 409 RULE_OVERLAP") {
    auto& suite = Suite::shared();
    suite.token(finance_officer(suite));
    for (int round = 0; round < 4; ++round) {
        const auto company = new_company(suite);
        auto answers =
            at_once(6, [&](int i) { return create(suite, rule(company, "2020-0" + std::to_string(i + 1) + "-01")); });
        CHECK(by_status(answers) == std::map<int, int>{{201, 1}, {409, 5}});
        for (const auto& answer : answers) {
            if (answer.status == 409) CHECK(answer.code() == "RULE_OVERLAP");
        }
        // By PATCH: two inactive rules of the same dates, made active together.
        const auto other = new_company(suite);
        std::vector<boost::json::value> sleeping;
        for (int i = 0; i < 2; ++i)
            sleeping.push_back(created(suite, rule(other, "2020-01-01", R"(,"is_active":false)")));
        answers = at_once(2, [&](int i) { return change(suite, sleeping[i], R"({"is_active":true})"); });
        CHECK(by_status(answers) == std::map<int, int>{{200, 1}, {409, 1}});
    }
    CHECK(suite.violations() == "");
}

TEST_CASE("D-811 a rule in use takes a new name and an end that covers what it served, nothing else") {
    auto& suite = Suite::shared();
    const auto sale = sold_at(suite, "WL");
    auto row = seeded(suite, "MA");
    for (const auto* body : {R"({"pool_rate":"6.00"})", R"({"is_active":false})", R"({"effective_from":"2001-01-01"})",
                             R"({"pay_on_loss":true})", R"({"effective_to":"2001-01-01"})"}) {
        check_refused(change(suite, row, body), 409, "RULE_IN_USE");
    }
    auto answer = change(suite, row, R"({"name":"Renamed","effective_to":"2098-12-31","pool_rate":"5.00"})");
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    answer = change(suite, answer.json(), R"({"name":"Standard commission","effective_to":null})");
    REQUIRE(answer.status == 200);
    CHECK(suite.violations() == "");
}

TEST_CASE("D-901 D-902 rules are read within reach of their company and managed by admin and finance") {
    auto& suite = Suite::shared();
    const auto row = seeded(suite, "MA");
    const auto path = "/v1/commission-rules/" + text(row, "id");
    const auto head = [&](const std::string& company) {
        return suite.database().value(
            "select u.username from auth.users u join companies c on c.id = any (u.company_scope) where "
            "'head_manager' = any (u.roles) and c.code = '" +
            company + "'");
    };
    CHECK(suite.get(path, suite.token(head("MA"))).status == 200);
    CHECK(suite.get(path, suite.token(head("IN"))).status == 404);
    CHECK(suite.get(path, suite.token(suite.user_with_role("branch_manager", "WW"))).status == 200);
    CHECK(suite.get(path, suite.token(suite.user_with_role("branch_manager", "BD"))).status == 404);
    CHECK(suite.get(path, suite.token(suite.user_with_role("sales_agent", "WW"))).status == 403);
    const auto list = suite.get("/v1/commission-rules", suite.token(head("IN"))).json();
    for (const auto& item : list.at("items").as_array()) CHECK(text(item, "company_code") == "IN");
    CHECK(list.at("items").as_array().size() == 1);
    check_refused(suite.post("/v1/commission-rules", rule("MA", "2099-01-01"), suite.token(head("MA"))), 403,
                  "FORBIDDEN");
    check_refused(suite.patch(path, R"({"name":"Mine"})", suite.token(head("MA")), "\"1\""), 403, "FORBIDDEN");
    CHECK(issues(suite.get("/v1/commission-rules?company_id=ZZ", suite.token("admin"))) ==
          std::set<std::string>{"company_id:not_found"});
}

TEST_CASE("D-801 D-802 D-804 D-805 D-807 rules that follow each other, with a suite of their own") {
    Suite suite;
    const auto old = seeded(suite, "MA");
    REQUIRE(change(suite, old, R"({"effective_to":"2019-12-31"})").status == 200);
    created(suite, rule("MA", "2020-01-01", R"(,"effective_to":"2020-01-31")", terms_of_sale_price()));
    created(suite, rule("MA", "2020-02-01", R"(,"effective_to":"2020-02-29")",
                        R"("base":"PROFIT","pool_rate":"10.00","buyer_share":"30.00","seller_share":"50.00",)"
                        R"("officer_share":"10.00","garage_kind":"FIXED","garage_amount":"100.00")"));
    const auto sold = [&](const std::string& day, const std::string& price = "195000.00") {
        const auto bike = bike_at(suite, "WW", R"(,"procurement_date":"2019-06-01")");
        const auto body = price < "150000.00" ? R"("payment_method":"CASH","acknowledge_loss":true,"sale_date":")"
                                              : R"("payment_method":"CASH","sale_date":")";
        const auto answer =
            sell(suite, bike, suite.user_with_role("branch_manager", "WW"), sale_body(price, body + day + "\""));
        INFO(answer.body);
        REQUIRE(answer.status == 201);
        return answer.json();
    };
    const auto last_day = sold("2019-12-31");
    CHECK(rows_of(suite, last_day) == "BUYER 675.00, SELLER 1125.00, SALES_OFFICER 225.00");
    CHECK(suite.database().value("select distinct to_char(period_month, 'YYYY-MM-DD') from commissions where sale_id "
                                 "= '" +
                                 text(last_day, "id") + "'") == "2019-12-01");
    CHECK(rows_of(suite, sold("2020-01-01")) == "SELLER 1950.00");
    CHECK(rows_of(suite, sold("2020-01-31", "140000.00")) == "SELLER 1400.00");  // a loss that pays
    CHECK(rows_of(suite, sold("2020-02-29")) == "BUYER 1350.00, SELLER 2250.00, SALES_OFFICER 450.00");
    CHECK(rows_of(suite, sold("2020-03-01")) == "");  // no rule, no rows

    // The other company's buyer branch is paid too.
    const auto bike = bike_at(suite, "BD", R"(,"procurement_date":"2019-06-01")");
    suite.database().rows(
        "update bicycles set acquisition_branch_id = w.id, acquisition_company_id = w.company_id "
        "from branches w where w.code = 'WW' and bicycles.id = '" +
        bike + "'");
    const auto across = sell_on(suite, bike, "BD", "2020-06-01");
    REQUIRE(across.status == 201);
    CHECK(suite.database().value("select b.code from commissions c join branches b on b.id = c.branch_id where c.kind "
                                 "= 'BUYER' and c.sale_id = '" +
                                 text(across.json(), "id") + "'") == "WW");
    CHECK(suite.violations() == "");

    SUBCASE("D-811 a rule that a sale is just using is not changed under it") {
        const auto manager = suite.user_with_role("branch_manager", "WW");
        suite.token(manager);
        for (int round = 1; round <= 9; ++round) {
            const auto day = "2021-01-0" + std::to_string(round);
            const auto row = created(suite, rule("MA", day, R"(,"effective_to":")" + day + "\""));
            const auto bought = bike_at(suite, "WW", R"(,"procurement_date":"2019-06-01")");
            const auto answers = at_once(2, [&](int i) {
                return i == 0 ? sell_on(suite, bought, "WW", day)
                              : change(suite, row, R"({"buyer_share":"0.00","seller_share":"80.00"})");
            });
            INFO(answers[1].body);
            REQUIRE(answers[0].status == 201);
            if (answers[1].status == 200) {
                CHECK(rows_of(suite, answers[0].json()) == "SELLER 1800.00, SALES_OFFICER 225.00");
            } else {
                check_refused(answers[1], 409, "RULE_IN_USE");
                CHECK(rows_of(suite, answers[0].json()) == "BUYER 675.00, SELLER 1125.00, SALES_OFFICER 225.00");
            }
        }
        CHECK(suite.violations() == "");
    }

    SUBCASE("a replay shows what a proposed rule would have paid, and writes nothing") {
        const auto before = suite.database().value("select max(seq) from outbox");
        const std::string proposed =
            "base=PROFIT&pool_rate=10.00&buyer_share=50&seller_share=50&officer_share=0&garage_kind=NONE";
        const auto replay = [&](const std::string& query, const std::string& user = "admin") {
            return suite.get("/v1/commission-replay?" + query, suite.token(user));
        };
        const auto answer = replay("company_id=MA&from=2019-12-01&to=2020-01-31&" + proposed);
        INFO(answer.body);
        REQUIRE(answer.status == 200);
        const auto body = answer.json();
        CHECK(body.at("sales") == 3);
        CHECK(text(body, "proposed_amount") == "9000.00");  // two profits of 45000.00; the loss pays nothing
        CHECK(text(body, "recorded_amount") == "5375.00");
        CHECK(text(body, "difference") == "3625.00");
        CHECK(text(body.at("totals").at(0), "proposed_amount") == "4500.00");
        CHECK(text(body.at("totals").at(1), "recorded_amount") == "4475.00");
        CHECK(body.at("items").as_array().size() == 3);
        CHECK(text(body.at("items").at(0), "sale_date") == "2019-12-31");
        // The rule that was in force reproduces what was recorded.
        const auto same = replay(
                              "company_id=MA&from=2019-12-31&to=2019-12-31&base=PROFIT&buyer_share=30&seller_share=50&"
                              "officer_share=10&"
                              "garage_kind=PERCENTAGE&garage_share=10")
                              .json();
        CHECK(text(same, "difference") == "0.00");
        CHECK(replay("company_id=MA&from=2018-01-01&to=2018-12-31&" + proposed).json().at("sales") == 0);
        CHECK(suite.database().value("select max(seq) from outbox") == before);

        CHECK(issues(replay("company_id=MA&from=2020-02-01&to=2020-01-31&" + proposed + "&garage_amount=5")) ==
              std::set<std::string>{"to:out_of_range", "garage_amount:not_allowed"});
        CHECK(issues(replay("company_id=ZZ&from=2020-01-01&to=2020-01-31&" + proposed)) ==
              std::set<std::string>{"company_id:not_found"});
        check_refused(
            replay("company_id=MA&from=2019-12-01&to=2020-01-31&" + proposed, suite.user_with_role("head_manager")),
            403, "FORBIDDEN");
    }
}
