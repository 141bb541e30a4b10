// The preview of a sale answers what the sale would; and neither tells the cost to those who may not see it.
#include <algorithm>
#include <map>

#include "support/concurrency.hpp"
#include "support/sales.hpp"

using namespace loan_manager::testing;

namespace {

constexpr int prices_a_day = 10;  // SALE_PREVIEW_PRICES_PER_DAY

HttpResponse preview(Suite& suite, const std::string& bike, const std::string& user, const std::string& price,
                     const std::string& more = {}) {
    return suite.get("/v1/bikes/" + bike + "/sale-preview?selling_price=" + price + more, suite.token(user));
}

/// Different prices around the cost of a bike_at(): "150001.00" …
std::string price(int i) { return std::to_string(150000 + i) + ".00"; }

void check_limited(const HttpResponse& answer) {
    INFO(answer.body);
    CHECK(answer.status == 429);
    CHECK(answer.code() == "RATE_LIMITED");
    const auto wait = std::atoi(answer.header("retry-after").c_str());
    CHECK(wait > 0);
    CHECK(wait <= 24 * 60 * 60);
}

}  // namespace

TEST_CASE("D-212 whatever stands against a sale stands against its preview") {
    auto& suite = Suite::shared();
    auto database = suite.database();
    const auto manager = suite.user_with_role("branch_manager", "BK");
    const auto token = suite.token(manager);
    const auto agree = [&](const std::string& bike, int status, const std::string& code,
                           const std::string& sold_by = {}, const std::string& user = {}) {
        const auto who = user.empty() ? manager : user;
        const auto member = sold_by.empty() ? std::string() : R"(,"sold_by":")" + sold_by + "\"";
        const auto query = sold_by.empty() ? std::string() : "&sold_by=" + sold_by;
        const auto shown = preview(suite, bike, who, "195000.00", query);
        const auto done = sell(suite, bike, who, sale_body("195000.00", R"("payment_method":"CASH")" + member));
        CAPTURE(shown.body);
        CAPTURE(done.body);
        CHECK(shown.status == status);
        CHECK(done.status == status);
        CHECK(shown.code() == code);
        CHECK(done.code() == code);
        CHECK(issues(shown) == issues(done));
    };

    const auto sold = bike_at(suite, "BK");
    REQUIRE(sell(suite, sold, manager, sale_body("195000.00")).status == 201);
    agree(sold, 409, "BIKE_SOLD");

    const auto written_off = bike_at(suite, "BK");
    REQUIRE(suite
                .post("/v1/bikes/" + written_off + "/write-off", R"({"kind":"LOST","reason":"fell into the river"})",
                      suite.token("admin"), {{"if-match", "\"1\""}})
                .status == 200);
    agree(written_off, 409, "INVALID_STATE");

    const auto moving = bike_at(suite, "BK");
    REQUIRE(
        suite
            .post("/v1/bikes/" + moving + "/transfers", R"({"to_branch_id":"WW","reason_code":"CONSOLIDATION"})", token)
            .status == 201);
    agree(moving, 409, "OPEN_TRANSFER");

    const auto in_workshop = bike_at(suite, "BK");
    REQUIRE(suite
                .post("/v1/repair-jobs",
                      R"({"bicycle_id":")" + in_workshop + R"(","branch_id":"BK","job_type":"SERVICE"})", token)
                .status == 201);
    agree(in_workshop, 409, "OPEN_JOB");

    const auto here = bike_at(suite, "BK");
    agree(here, 422, "VALIDATION", {}, "admin");
    agree(here, 422, "VALIDATION", user_id(suite, suite.user_with_role("sales_agent", "BD")));
    agree(here, 422, "VALIDATION", "01900000-0000-7000-8000-000000000000");
    database.rows("update branches set is_active = false where code = 'BK'");
    agree(here, 409, "BRANCH_INACTIVE");
    database.rows("update branches set is_active = true where code = 'BK'");
    CHECK(preview(suite, here, manager, "195000.00").status == 200);
    CHECK(preview(suite, here, suite.user_with_role("branch_manager", "BD"), "195000.00").status == 404);

    // A bike reserved for a customer can be sold; that it would be a loss is what the preview is asked for.
    database.rows(
        "update bicycles set status = 'ALLOCATED', allocation_kind = 'CUSTOMER', reserved_for = 'Somebody' "
        "where id = '" +
        here + "'");
    CHECK(preview(suite, here, manager, "195000.00").status == 200);
    CHECK(preview(suite, here, manager, "1000.00").json().at("is_loss").as_bool());
}

TEST_CASE("D-904 somebody who may not see costs learns of a few prices a day whether they are a loss") {
    auto& suite = Suite::shared();
    const auto agent = suite.user_with_role("sales_agent", "BI");
    const auto bike = bike_at(suite, "BI");
    // By halving, thirty questions are the cost to the cent.
    for (int i = 1; i <= prices_a_day; ++i) {
        REQUIRE(preview(suite, bike, agent, price(i)).status == 200);
    }
    check_limited(preview(suite, bike, agent, price(prices_a_day + 1)));
    // What he has been told he may hear again, however he spells it.
    CHECK(preview(suite, bike, agent, price(1)).status == 200);
    CHECK(preview(suite, bike, agent, "150001").status == 200);
    // It is counted by bike and by user, and only of those to whom it tells something new.
    CHECK(preview(suite, bike_at(suite, "BI"), agent, price(99)).status == 200);
    const auto manager = suite.user_with_role("branch_manager", "BI");
    for (int i = 1; i <= 3 * prices_a_day; ++i) {
        REQUIRE(preview(suite, bike, manager, price(i)).status == 200);
    }
    // A refused sale would tell as much.
    check_limited(sell(suite, bike, agent, sale_body("149999.99")));
    CHECK(suite.database().value("select status from bicycles where id = '" + bike + "'") == "IN_STOCK");
    // The sale itself is his work.
    CHECK(sell(suite, bike, agent, sale_body("195000.00")).status == 201);

    const auto since = [&](const std::string& shift) {
        suite.database().rows("update price_questions set since = since + interval '" + shift +
                              "' where bicycle_id = '" + bike + "'");
    };
    check_limited(preview(suite, bike, agent, price(50)));
    since("-25 hours");
    CHECK(preview(suite, bike, agent, price(51)).code() == "BIKE_SOLD");
    // A day that begins in the future was written by a clock that has been put right.
    for (int i = 60; i < 60 + prices_a_day - 1; ++i) {
        CHECK(preview(suite, bike, agent, price(i)).code() == "BIKE_SOLD");
    }
    check_limited(preview(suite, bike, agent, price(80)));
    since("3 days");
    CHECK(preview(suite, bike, agent, price(81)).code() == "BIKE_SOLD");
}

TEST_CASE("D-904 refused sales of a bike tell its cost no more than previews do") {
    auto& suite = Suite::shared();
    const auto agent = suite.user_with_role("sales_agent", "BI");
    const auto bike = bike_at(suite, "BI");
    REQUIRE(sell(suite, bike, suite.user_with_role("branch_manager", "BI"), sale_body("195000.00")).status == 201);
    // D-212: a loss is said before the bike is found sold, so these are answers about the cost as well.
    for (int i = 1; i <= prices_a_day; ++i) {
        const auto answer = sell(suite, bike, agent, sale_body(i % 2 == 0 ? price(i) : price(-i)));
        CHECK(answer.code() == (i % 2 == 0 ? "BIKE_SOLD" : "LOSS_NEEDS_MANAGER"));
    }
    check_limited(sell(suite, bike, agent, sale_body(price(77))));
    check_limited(sell(suite, bike, agent, sale_body(price(-77))));
    CHECK(sell(suite, bike, agent, sale_body(price(-1))).code() == "LOSS_NEEDS_MANAGER");
    // What is wrong with a request by itself has nothing to do with the cost.
    CHECK(sell(suite, bike, agent, sale_body(price(78), R"("payment_method":"GOLD")")).status == 422);
}

TEST_CASE("D-904 questions asked at once are counted like others") {
    auto& suite = Suite::shared();
    const auto agent = suite.user_with_role("sales_agent", "BI");
    const auto bike = bike_at(suite, "BI");
    suite.token(agent);
    const auto answers = at_once(3 * prices_a_day, [&](int i) { return preview(suite, bike, agent, price(i)); });
    CHECK(by_status(answers) == std::map<int, int>{{200, prices_a_day}, {429, 2 * prices_a_day}});
    CHECK(suite.database().value("select cardinality(prices) from price_questions where bicycle_id = '" + bike + "'") ==
          std::to_string(prices_a_day));
}
