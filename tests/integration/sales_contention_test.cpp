// Contention around sales, concurrently and through the gateway. Each case is played many times, so that both
// orders of the two commands occur.
#include "support/concurrency.hpp"
#include "support/sales.hpp"

using namespace loan_manager::testing;

namespace {

const std::string because = R"({"reason":"sold to the wrong customer"})";
constexpr int rounds = 12;

std::string first_commission(Suite& suite, const std::string& sale) {
    return suite.database().value("select id from commissions where sale_id = '" + sale + "' and kind = 'BUYER'");
}

HttpResponse decide(Suite& suite, const std::string& commission, const std::string& verb, int version,
                    const std::string& body = "{}") {
    return suite.post("/v1/commissions/" + commission + "/" + verb, body,
                      suite.token(suite.user_with_role("finance_officer")),
                      {{"if-match", "\"" + std::to_string(version) + "\""}});
}

/// Signs in everybody a case needs: tokens are fetched outside the race.
void sign_in(Suite& suite, std::initializer_list<std::string> users) {
    for (const auto& user : users) suite.token(user);
}

}  // namespace

TEST_CASE("X-04 many buyers of one bike: one 201, the rest BIKE_SOLD; one sale, one invoice number") {
    auto& suite = Suite::shared();
    auto database = suite.database();
    const auto manager = suite.user_with_role("branch_manager", "HP");
    sign_in(suite, {manager});
    const std::string counter =
        "select coalesce(sum(last_number), 0) from document_counters where kind = 'INVOICE' and scope_code = 'MA'";
    for (int round = 0; round < 3; ++round) {
        const auto bike = bike_at(suite, "HP");
        const auto before = std::stoi(database.value(counter));
        const auto answers = at_once(12, [&](int) { return sell(suite, bike, manager, sale_body("195000.00")); });
        CHECK(by_status(answers) == std::map<int, int>{{201, 1}, {409, 11}});
        for (const auto& answer : answers) {
            if (answer.status == 409) CHECK(answer.code() == "BIKE_SOLD");
        }
        CHECK(database.value("select count(*) from sales where bicycle_id = '" + bike + "'") == "1");
        CHECK(std::stoi(database.value(counter)) == before + 1);
    }
    CHECK(suite.violations() == "");
}

TEST_CASE("X-04 many trade-ins of one plate: each plate comes in once") {
    auto& suite = Suite::shared();
    const auto manager = suite.user_with_role("branch_manager", "HP");
    sign_in(suite, {manager});
    std::vector<std::string> bikes;
    for (int i = 0; i < 6; ++i) bikes.push_back(bike_at(suite, "HP"));
    const auto plate = fresh_plate();
    const auto payment =
        R"("payment_method":"TRADE_IN","trade_in_value":"80000.00","cash_amount":"115000.00","trade_in":{)"
        R"("brand":"Honda","model":"CB 125F","year":2015,"license_plate":")" +
        plate + "\"}";
    const auto answers =
        at_once(6, [&](int i) { return sell(suite, bikes[i], manager, sale_body("195000.00", payment)); });
    CHECK(by_status(answers) == std::map<int, int>{{201, 1}, {409, 5}});
    for (const auto& answer : answers) {
        if (answer.status == 409) CHECK(answer.code() == "DUPLICATE");
    }
    CHECK(suite.violations() == "");
}

TEST_CASE("X-05 sale and transfer request of one bike: one 201, the other BIKE_SOLD or OPEN_TRANSFER") {
    auto& suite = Suite::shared();
    const auto manager = suite.user_with_role("branch_manager", "HP");
    sign_in(suite, {manager});
    for (int round = 0; round < rounds; ++round) {
        const auto bike = bike_at(suite, "HP");
        const auto answers = at_once(2, [&](int i) {
            return i == 0 ? sell(suite, bike, manager, sale_body("195000.00"))
                          : suite.post("/v1/bikes/" + bike + "/transfers",
                                       R"({"to_branch_id":"WM","reason_code":"CONSOLIDATION"})", suite.token(manager));
        });
        CHECK(by_status(answers) == std::map<int, int>{{201, 1}, {409, 1}});
        CHECK((answers[0].status == 201 ? answers[1].code() == "BIKE_SOLD" : answers[0].code() == "OPEN_TRANSFER"));
    }
    CHECK(suite.violations() == "");
}

TEST_CASE("X-12 void within 24 hours and payment of a commission") {
    auto& suite = Suite::shared();
    auto database = suite.database();
    sign_in(suite, {"admin", suite.user_with_role("finance_officer")});
    for (int round = 0; round < rounds; ++round) {
        const auto sale = text(sold_at(suite, "HP"), "id");
        const auto commission = first_commission(suite, sale);
        REQUIRE(decide(suite, commission, "approve", 1).status == 200);
        const auto answers = at_once(2, [&](int i) {
            return i == 0 ? command(suite, sale, "void", "admin", 1, because)
                          : decide(suite, commission, "pay", 2, R"({"payment_reference":"CHQ 1"})");
        });
        CHECK(answers[0].status == 200);
        const auto status = database.value("select status from commissions where id = '" + commission + "'");
        const auto counter = database.value(
            "select count(*) from commissions where status = 'APPROVED' and amount < 0 and reverses_id = '" +
            commission + "'");
        if (answers[1].status == 200) {
            CHECK(status == "PAID");
            CHECK(counter == "1");
        } else {
            CHECK(answers[1].status == 412);
            CHECK(status == "REVERSED");
            CHECK(counter == "0");
        }
    }
    CHECK(suite.violations() == "");
}

TEST_CASE("X-13 void request after 24 hours and approval of a commission") {
    auto& suite = Suite::shared();
    sign_in(suite, {"admin", suite.user_with_role("finance_officer")});
    for (int round = 0; round < rounds; ++round) {
        const auto sale = text(sold_at(suite, "HP"), "id");
        let_a_day_pass(suite, sale);
        const auto commission = first_commission(suite, sale);
        const bool pays = round % 2 == 1;
        if (pays) REQUIRE(decide(suite, commission, "approve", 1).status == 200);
        const auto answers = at_once(2, [&](int i) {
            return i == 0 ? command(suite, sale, "void", "admin", 1, because)
                   : pays ? decide(suite, commission, "pay", 2, R"({"payment_reference":"CHQ 2"})")
                          : decide(suite, commission, "approve", 1);
        });
        CHECK(answers[0].status == 202);
        if (answers[1].status != 200) {
            CHECK(answers[1].status == 409);
            CHECK(answers[1].code() == "SALE_VOID_PENDING");
        }
        const auto version = suite.database().value("select version from commissions where id = '" + commission + "'");
        CHECK(decide(suite, commission, "reject", std::stoi(version), because).code() == "SALE_VOID_PENDING");
    }
    CHECK(suite.violations() == "");
}

TEST_CASE("X-14 two second approvers of one void: one 200, one 412; effects once") {
    auto& suite = Suite::shared();
    auto database = suite.database();
    const auto head = database.value(
        "select u.username from auth.users u join companies c on c.id = any (u.company_scope) "
        "where 'head_manager' = any (u.roles) and c.code = 'MA'");
    const auto officer = suite.user_with_role("finance_officer");
    sign_in(suite, {"admin", head, officer});
    for (int round = 0; round < rounds; ++round) {
        const auto sale = text(sold_at(suite, "HP"), "id");
        let_a_day_pass(suite, sale);
        REQUIRE(command(suite, sale, "void", "admin", 1, because).status == 202);
        const auto answers =
            at_once(2, [&](int i) { return command(suite, sale, "void-approve", i == 0 ? head : officer, 2, "{}"); });
        CHECK(by_status(answers) == std::map<int, int>{{200, 1}, {412, 1}});
        CHECK(database.value("select count(*) from cost_ledger where source_table = 'sales' and source_id = '" + sale +
                             "'") == "2");
        CHECK(database.value("select count(*) from audit_log where action = 'SALE_VOIDED' and entity_id = '" + sale +
                             "'") == "1");
    }
    CHECK(suite.violations() == "");
}

TEST_CASE("X-15 expense and sale of one bike: the expense is in the snapshot, or refused") {
    auto& suite = Suite::shared();
    const auto manager = suite.user_with_role("branch_manager", "HP");
    sign_in(suite, {manager});
    for (int round = 0; round < rounds; ++round) {
        const auto bike = bike_at(suite, "HP");
        const auto answers = at_once(2, [&](int i) {
            return i == 0
                       ? sell(suite, bike, manager, sale_body("195000.00"))
                       : suite.post("/v1/bikes/" + bike + "/expenses",
                                    R"({"category":"CLEANING","description":"Washed and polished","amount":"1000.00"})",
                                    suite.token(manager));
        });
        REQUIRE(answers[0].status == 201);
        if (answers[1].status == 201) {
            CHECK(text(answers[0].json(), "total_cost") == "151000.00");
        } else {
            CHECK(answers[1].code() == "BIKE_SOLD");
            CHECK(text(answers[0].json(), "total_cost") == "150000.00");
        }
    }
    CHECK(suite.violations() == "");
}

TEST_CASE("X-16 stock job opened and sale of one bike: one 201, the other OPEN_JOB or BIKE_SOLD") {
    auto& suite = Suite::shared();
    const auto manager = suite.user_with_role("branch_manager", "HP");
    sign_in(suite, {manager});
    for (int round = 0; round < rounds; ++round) {
        const auto bike = bike_at(suite, "HP");
        const auto answers = at_once(2, [&](int i) {
            return i == 0 ? sell(suite, bike, manager, sale_body("195000.00"))
                          : suite.post("/v1/repair-jobs",
                                       R"({"bicycle_id":")" + bike + R"(","branch_id":"HP","job_type":"SERVICE"})",
                                       suite.token(manager));
        });
        CHECK(by_status(answers) == std::map<int, int>{{201, 1}, {409, 1}});
        CHECK((answers[0].status == 201 ? answers[1].code() == "BIKE_SOLD" : answers[0].code() == "OPEN_JOB"));
    }
    CHECK(suite.violations() == "");
}

TEST_CASE("X-20 void and buying the same plate back: the first commit wins, the other is DUPLICATE") {
    auto& suite = Suite::shared();
    const auto manager = suite.user_with_role("branch_manager", "HP");
    sign_in(suite, {"admin", manager});
    for (int round = 0; round < rounds; ++round) {
        const auto plate = R"(,"license_plate":")" + fresh_plate() + "\"";
        const auto sold = sell(suite, bike_at(suite, "HP", plate), manager, sale_body("195000.00"));
        REQUIRE(sold.status == 201);
        const auto sale = text(sold.json(), "id");
        const auto answers = at_once(2, [&](int i) {
            return i == 0 ? command(suite, sale, "void", "admin", 1, because)
                          : suite.post("/v1/bikes/procure", procurement("PS", plate), suite.token("admin"));
        });
        const bool voided = answers[0].status == 200;
        CHECK(voided != (answers[1].status == 201));
        CHECK(answers[voided ? 1 : 0].code() == "DUPLICATE");
    }
    CHECK(suite.violations() == "");
}

TEST_CASE("X-21 sale and release of a reservation: the sale is 201 in either order") {
    auto& suite = Suite::shared();
    const auto manager = suite.user_with_role("branch_manager", "HP");
    sign_in(suite, {manager});
    for (int round = 0; round < rounds; ++round) {
        const auto bike = bike_at(suite, "HP");
        REQUIRE(suite
                    .post("/v1/bikes/" + bike + "/reserve", R"({"reserved_for":"Sunil"})", suite.token(manager),
                          {{"if-match", "\"1\""}})
                    .status == 200);
        const auto answers = at_once(2, [&](int i) {
            return i == 0 ? sell(suite, bike, manager, sale_body("195000.00"))
                          : suite.post("/v1/bikes/" + bike + "/release", "{}", suite.token(manager),
                                       {{"if-match", "\"2\""}});
        });
        CHECK(answers[0].status == 201);
        CHECK((answers[1].status == 200 || answers[1].status == 412));
    }
    CHECK(suite.violations() == "");
}

TEST_CASE("X-22 sales with trade-ins against purchases of the same plates: losers leave nothing behind") {
    auto& suite = Suite::shared();
    auto database = suite.database();
    const auto manager = suite.user_with_role("branch_manager", "HP");
    sign_in(suite, {"admin", manager});
    // Numbers drawn that nothing carries, of stock and of invoices.
    const std::string unused =
        "select (select c.last_number - count(s.id) from stock_counters c join branches b on b.id = c.branch_id left "
        "join "
        "stock_numbers s on s.branch_id = b.id where b.code = 'HP' group by c.last_number) || ' ' || (select "
        "coalesce(sum(last_number), 0) - "
        "(select count(*) from sales where invoice_no like 'INV-MA-%') from document_counters where kind = 'INVOICE' "
        "and scope_code = 'MA')";
    const auto unused_before = database.value(unused);
    for (int round = 0; round < rounds; ++round) {
        const auto bike = bike_at(suite, "HP");
        const auto plate = fresh_plate();
        const auto payment =
            R"("payment_method":"TRADE_IN","trade_in_value":"80000.00","cash_amount":"115000.00","trade_in":{)"
            R"("brand":"Honda","model":"CB 125F","year":2015,"license_plate":")" +
            plate + "\"}";
        const auto answers = at_once(2, [&](int i) {
            return i == 0 ? sell(suite, bike, manager, sale_body("195000.00", payment))
                          : suite.post("/v1/bikes/procure", procurement("PS", R"(,"license_plate":")" + plate + "\""),
                                       suite.token("admin"));
        });
        CHECK(by_status(answers) == std::map<int, int>{{201, 1}, {409, 1}});
        if (answers[0].status == 409) {
            CHECK(answers[0].code() == "DUPLICATE");
            CHECK(database.value("select status from bicycles where id = '" + bike + "'") == "IN_STOCK");
            CHECK(database.value("select count(*) from sales where bicycle_id = '" + bike + "'") == "0");
        }
    }
    CHECK(database.value(unused) == unused_before);
    CHECK(suite.violations() == "");
}
