// Asking for a write-off, refusing it, doing it: B13, D-504.
#include <doctest/doctest.h>

#include "support/concurrency.hpp"
#include "support/transfers.hpp"

using namespace loan_manager::testing;

namespace {

std::string procured(Suite& suite, const std::string& extra = {}) {
    return text(suite.post("/v1/bikes/procure", procurement("WW", extra), suite.token("admin")).json(), "id");
}

std::string because(const std::string& kind, const std::string& reason = "gone since the flood") {
    return R"({"kind":")" + kind + R"(","reason":")" + reason + R"("})";
}

HttpResponse command(Suite& suite, const std::string& bike, const std::string& verb, const std::string& body,
                     const std::string& token, int version) {
    return suite.post("/v1/bikes/" + bike + "/" + verb, body, token, {{"if-match", tag(version)}});
}

void set_status(Suite& suite, const std::string& bike, const std::string& assignments) {
    suite.database().rows("update bicycles set " + assignments + " where id = '" + bike + "'");
}

}  // namespace

TEST_CASE("D-504 a write-off is requested, replaced, refused, requested again and executed; B13 frees the number") {
    auto& suite = Suite::shared();
    auto manager = suite.token(suite.user_with_role("branch_manager", "WW"));
    auto admin = suite.token("admin");
    auto bike = procured(suite, R"(,"license_plate":"WP WOF-1111")");
    auto number = text(suite.get("/v1/bikes/" + bike, admin).json(), "current_stock_number");

    auto requested = command(suite, bike, "write-off-request", because("STOLEN"), manager, 1);
    REQUIRE(requested.status == 200);
    CHECK(text(requested.json(), "write_off_requested_kind") == "STOLEN");
    CHECK(text(requested.json(), "write_off_requested_reason") == "gone since the flood");
    CHECK(text(requested.json(), "status") == "IN_STOCK");
    auto replaced = command(suite, bike, "write-off-request", because("LOST", "it was the flood"), manager, 2);
    REQUIRE(replaced.status == 200);
    CHECK(text(replaced.json(), "write_off_requested_kind") == "LOST");

    CHECK(command(suite, bike, "write-off", because("LOST"), manager, 3).code() == "FORBIDDEN");
    CHECK(command(suite, bike, "write-off-reject", R"({"reason":"look again"})", manager, 3).code() == "FORBIDDEN");
    auto rejected = command(suite, bike, "write-off-reject", R"({"reason":"look again"})", admin, 3);
    REQUIRE(rejected.status == 200);
    for (const auto* field : {"by", "at", "kind", "reason"}) {
        CAPTURE(field);
        CHECK(rejected.json().at(std::string("write_off_requested_") + field).is_null());
    }
    auto again = command(suite, bike, "write-off-reject", R"({"reason":"look again"})", admin, 4);
    CHECK(again.status == 409);
    CHECK(again.code() == "INVALID_STATE");

    REQUIRE(command(suite, bike, "write-off-request", because("LOST"), manager, 4).status == 200);
    auto done = command(suite, bike, "write-off", because("LOST", "it was the flood"), admin, 5);
    REQUIRE(done.status == 200);
    auto row = done.json();
    CHECK(text(row, "status") == "WRITTEN_OFF");
    CHECK(text(row, "write_off_kind") == "LOST");
    CHECK(text(row, "write_off_reason") == "it was the flood");
    CHECK(row.at("written_off_by").is_string());
    CHECK(row.at("written_off_at").is_string());
    CHECK(text(row, "write_off_requested_kind") == "LOST");
    CHECK(row.at("current_stock_number").is_null());
    CHECK(text(row, "purchase_total") == "150000.00");

    auto database = suite.database();
    CHECK(database.value("select release_reason from stock_numbers where full_number = '" + number + "'") ==
          "WRITTEN_OFF");
    CHECK(database.value("select string_agg(action, ' ' order by at, id) from audit_log where entity_id = '" + bike +
                         "'") ==
          "BIKE_PROCURED BIKE_WRITE_OFF_REQUESTED BIKE_WRITE_OFF_REQUESTED BIKE_WRITE_OFF_REJECTED "
          "BIKE_WRITE_OFF_REQUESTED BIKE_WRITTEN_OFF");
    CHECK(database.value("select entity_no || ' ' || reason from audit_log where action = 'BIKE_WRITTEN_OFF' and "
                         "entity_id = '" +
                         bike + "'") == number + " it was the flood");
    CHECK(database.value("select count(*) from outbox where event_type = 'bike.written_off' and bicycle_id = '" + bike +
                         "'") == "1");

    // D-701: a bike written off has lost what it cost. D-208: its plate is free again.
    auto costs = suite.get("/v1/bikes/" + bike + "/cost-summary", admin).json();
    CHECK(text(costs, "profit") == "-150000.00");
    CHECK(costs.at("selling_price").is_null());
    CHECK(suite.post("/v1/bikes/procure", procurement("WW", R"(,"license_plate":"WP WOF-1111")"), admin).status == 201);
    CHECK(suite.violations() == "");
}

TEST_CASE("D-504 what a request must say; TRADE_IN_RETURNED is set by voiding a sale only") {
    auto& suite = Suite::shared();
    auto admin = suite.token("admin");
    auto bike = procured(suite);
    for (const auto* verb : {"write-off-request", "write-off"}) {
        CAPTURE(verb);
        auto empty = command(suite, bike, verb, R"({"reason":"bad"})", admin, 1);
        REQUIRE(empty.status == 422);
        CHECK(issues(empty) == std::set<std::string>{"kind:required", "reason:too_short"});
        auto returned = command(suite, bike, verb, because("TRADE_IN_RETURNED"), admin, 1);
        REQUIRE(returned.status == 422);
        CHECK(issues(returned) == std::set<std::string>{"kind:not_allowed"});
    }
    auto far = command(suite, bike, "write-off-request", because("LOST"),
                       suite.token(suite.user_with_role("branch_manager", "MO")), 1);
    CHECK(far.code() == "OUT_OF_SCOPE");
    CHECK(command(suite, bike, "write-off", because("LOST"), admin, 7).code() == "PRECONDITION_FAILED");
}

TEST_CASE("B13 an administrator writes off without a request, from stock or maintenance, but not a reserved bike") {
    auto& suite = Suite::shared();
    auto admin = suite.token("admin");

    auto from_maintenance = procured(suite);
    set_status(suite, from_maintenance, "status = 'MAINTENANCE'");
    CHECK(command(suite, from_maintenance, "write-off", because("SCRAPPED"), admin, 1).status == 200);

    auto reserved = procured(suite);
    REQUIRE(command(suite, reserved, "reserve", R"({"reserved_for":"N"})", admin, 1).status == 200);
    CHECK(command(suite, reserved, "write-off", because("LOST"), admin, 2).code() == "INVALID_STATE");
    CHECK(command(suite, reserved, "write-off-request", because("LOST"), admin, 2).status == 200);

    // On the road it may be lost, but the transfer has to be ended before it is written off.
    auto travelling = text(transfer_in_transit(suite, "WW", "MO"), "bicycle_id");
    auto version = suite.get("/v1/bikes/" + travelling, admin).json().at("version").as_int64();
    auto waiting = command(suite, travelling, "write-off", because("STOLEN"), admin, static_cast<int>(version));
    CHECK(waiting.status == 409);
    CHECK(waiting.code() == "OPEN_TRANSFER");
    CHECK(command(suite, travelling, "write-off-request", because("STOLEN"), admin, static_cast<int>(version)).status ==
          200);
    CHECK(suite.violations() == "");
}

TEST_CASE("D-504, D-212 a written-off bike accepts nothing any more, a sold one answers BIKE_SOLD") {
    auto& suite = Suite::shared();
    auto admin = suite.token("admin");
    auto written_off = procured(suite);
    REQUIRE(command(suite, written_off, "write-off", because("SCRAPPED"), admin, 1).status == 200);
    auto sold = procured(suite);
    REQUIRE(
        suite
            .post("/v1/bikes/" + sold + "/sell",
                  R"({"selling_price":"195000","payment_method":"CASH","customer_name":"Nimal Perera",)"
                  R"("customer_phone":"0771234567","customer_nic":"851234567V","customer_address":"12 Main Street"})",
                  suite.token(suite.user_with_role("branch_manager", "WW")))
            .status == 201);
    for (const auto& [bike, code] : {std::pair(written_off, "INVALID_STATE"), std::pair(sold, "BIKE_SOLD")}) {
        for (const auto& [verb, body] :
             std::vector<std::pair<std::string, std::string>>{{"reserve", R"({"reserved_for":"N"})"},
                                                              {"release", "{}"},
                                                              {"return-to-stock", "{}"},
                                                              {"write-off-request", because("LOST")},
                                                              {"write-off-reject", R"({"reason":"no reason"})"},
                                                              {"write-off", because("LOST")}}) {
            CAPTURE(verb);
            auto answer = command(suite, bike, verb, body, admin, 2);
            CHECK(answer.status == 409);
            CHECK(answer.code() == code);
        }
        CHECK(suite.patch("/v1/bikes/" + bike, R"({"color":"red"})", admin, "\"2\"").code() == code);
    }
}

TEST_CASE("D-504 DATA_ENTRY_ERROR takes the purchase back, its price corrected or not, and nothing else") {
    auto& suite = Suite::shared();
    auto admin = suite.token("admin");

    auto bike = procured(suite);
    REQUIRE(suite.patch("/v1/bikes/" + bike, R"({"purchase_price":"140000","reason":"typed wrongly"})", admin, "\"1\"")
                .status == 200);
    auto done = command(suite, bike, "write-off", because("DATA_ENTRY_ERROR", "entered twice"), admin, 2);
    REQUIRE(done.status == 200);
    CHECK(text(done.json(), "purchase_total") == "0.00");
    CHECK(text(done.json(), "total_cost") == "0.00");
    CHECK(text(done.json(), "purchase_price") == "140000.00");
    auto costs = suite.get("/v1/bikes/" + bike + "/cost-summary", admin).json();
    CHECK(text(costs, "profit") == "0.00");
    CHECK(suite.database().value("select string_agg(amount::text, ' ' order by entry_no) from cost_ledger where "
                                 "bicycle_id = '" +
                                 bike + "'") == "150000.00 -150000.00 140000.00 -140000.00");

    // An expense is more than a purchase, even a voided one.
    auto used = procured(suite);
    auto expense = suite.post("/v1/bikes/" + used + "/expenses",
                              R"({"category":"TRANSPORT","description":"lorry to the branch","amount":"500"})", admin);
    REQUIRE(expense.status == 201);
    REQUIRE(suite
                .post("/v1/expenses/" + text(expense.json(), "id") + "/void", R"({"reason":"booked twice"})", admin,
                      {{"if-match", expense.header("etag")}})
                .status == 200);
    auto version = static_cast<int>(suite.get("/v1/bikes/" + used, admin).json().at("version").as_int64());
    auto refused = command(suite, used, "write-off", because("DATA_ENTRY_ERROR"), admin, version);
    CHECK(refused.status == 409);
    CHECK(refused.code() == "INVALID_STATE");
    CHECK(command(suite, used, "write-off", because("SCRAPPED"), admin, version).status == 200);
    CHECK(suite.violations() == "");
}

TEST_CASE("X-19 two write-offs of one bike at once: one 200, the rest 412, one number released") {
    auto& suite = Suite::shared();
    auto admin = suite.token("admin");
    auto bike = procured(suite);
    auto answers =
        at_once(6, [&](int) { return command(suite, bike, "write-off", because("DATA_ENTRY_ERROR"), admin, 1); });
    CHECK(by_status(answers) == std::map<int, int>{{200, 1}, {412, 5}});
    CHECK(suite.database().value("select sum(amount) from cost_ledger where bicycle_id = '" + bike + "'") == "0.00");
    CHECK(suite.violations() == "");
}
