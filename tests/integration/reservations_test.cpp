// Holding a bike for a customer, letting it go again, and back from maintenance: B2, B3, B10, D-503.
#include <doctest/doctest.h>

#include "support/concurrency.hpp"
#include "support/transfers.hpp"

using namespace loan_manager::testing;

namespace {

constexpr const char* far =
    R"({"reserved_for":"Nimal Perera","reserved_phone":"0771234567","reserved_until":"2099-12-31"})";

HttpResponse command(Suite& suite, const std::string& bike, const std::string& verb, const std::string& body,
                     const std::string& token, int version) {
    return suite.post("/v1/bikes/" + bike + "/" + verb, body, token, {{"if-match", tag(version)}});
}

}  // namespace

TEST_CASE("B2 a bike in stock is reserved for a customer; B3 and released again") {
    auto& suite = Suite::shared();
    auto agent = suite.token(suite.user_with_role("sales_agent", "WW"));
    auto bike = new_bike(suite, "WW");

    auto reserved = command(suite, bike, "reserve", far, agent, 1);
    REQUIRE(reserved.status == 200);
    CHECK(reserved.header("etag") == "\"2\"");
    auto row = reserved.json();
    CHECK(text(row, "status") == "ALLOCATED");
    CHECK(text(row, "allocation_kind") == "CUSTOMER");
    CHECK(text(row, "reserved_for") == "Nimal Perera");
    CHECK(text(row, "reserved_phone") == "+94771234567");
    CHECK(text(row, "reserved_until") == "2099-12-31");
    CHECK_FALSE(row.as_object().contains("purchase_price"));

    auto released = command(suite, bike, "release", "{}", agent, 2);
    REQUIRE(released.status == 200);
    row = released.json();
    CHECK(text(row, "status") == "IN_STOCK");
    for (const auto* field : {"allocation_kind", "reserved_for", "reserved_phone", "reserved_until"}) {
        CAPTURE(field);
        CHECK(row.at(field).is_null());
    }

    auto database = suite.database();
    CHECK(database.rows("select action, new->>'status', old->>'status' from audit_log where entity_id = '" + bike +
                        "' order by at, id offset 1") ==
          std::vector<std::vector<std::string>>{{"BIKE_RESERVED", "ALLOCATED", "IN_STOCK"},
                                                {"BIKE_RELEASED", "IN_STOCK", "ALLOCATED"}});
    CHECK(database.value("select string_agg(event_type, ' ' order by seq) from outbox where bicycle_id = '" + bike +
                         "'") == "bike.procured bike.reserved bike.released");
    CHECK(suite.violations() == "");
}

TEST_CASE("B2 what a reservation must say, and until when: today or later, or without end") {
    auto& suite = Suite::shared();
    auto manager = suite.token(suite.user_with_role("branch_manager", "WW"));
    auto bike = new_bike(suite, "WW");
    auto today = suite.database().value("select (now() at time zone 'Asia/Colombo')::date");
    auto yesterday = suite.database().value("select (now() at time zone 'Asia/Colombo')::date - 1");

    auto nobody = command(suite, bike, "reserve", R"({"reserved_phone":"12"})", manager, 1);
    REQUIRE(nobody.status == 422);
    CHECK(issues(nobody) == std::set<std::string>{"reserved_for:required", "reserved_phone:format"});
    auto past =
        command(suite, bike, "reserve", R"({"reserved_for":"N","reserved_until":")" + yesterday + R"("})", manager, 1);
    REQUIRE(past.status == 422);
    CHECK(issues(past) == std::set<std::string>{"reserved_until:out_of_range"});

    auto last_day =
        command(suite, bike, "reserve", R"({"reserved_for":"N","reserved_until":")" + today + R"("})", manager, 1);
    CHECK(last_day.status == 200);
    CHECK(command(suite, bike, "release", "{}", manager, 2).status == 200);
    auto endless = command(suite, bike, "reserve", R"({"reserved_for":"N"})", manager, 3);
    REQUIRE(endless.status == 200);
    CHECK(endless.json().at("reserved_until").is_null());
    CHECK(command(suite, bike, "release", "{}", manager, 4).status == 200);
}

TEST_CASE("B2 and B3 in the wrong state, with the wrong tag, by the wrong people") {
    auto& suite = Suite::shared();
    auto manager = suite.token(suite.user_with_role("branch_manager", "WW"));
    auto bike = new_bike(suite, "WW");

    CHECK(command(suite, bike, "release", "{}", manager, 1).code() == "INVALID_STATE");
    REQUIRE(command(suite, bike, "reserve", far, manager, 1).status == 200);
    CHECK(command(suite, bike, "reserve", far, manager, 2).code() == "INVALID_STATE");
    CHECK(command(suite, bike, "reserve", far, manager, 1).code() == "PRECONDITION_FAILED");
    CHECK(suite.post("/v1/bikes/" + bike + "/release", "{}", manager).status == 428);

    auto stranger = command(suite, bike, "release", "{}", suite.token(suite.user_with_role("branch_manager", "MO")), 2);
    CHECK(stranger.status == 403);
    CHECK(stranger.code() == "OUT_OF_SCOPE");
    auto inventory = command(suite, bike, "release", "{}", suite.token(suite.user_with_role("inventory_manager")), 2);
    CHECK(inventory.status == 403);
    CHECK(inventory.code() == "FORBIDDEN");
    CHECK(command(suite, "00000000-0000-7000-8000-00000000dead", "release", "{}", manager, 1).status == 404);
    CHECK(command(suite, bike, "release", "{}", manager, 2).status == 200);
}

TEST_CASE("D-212 a bike with an open transfer is neither reserved, released nor returned: OPEN_TRANSFER") {
    auto& suite = Suite::shared();
    auto admin = suite.token("admin");
    auto bike = text(pending_transfer(suite, "WW", "MO"), "bicycle_id");
    for (const std::string verb : {"reserve", "release", "return-to-stock"}) {
        CAPTURE(verb);
        auto answer = command(suite, bike, verb, verb == "reserve" ? far : "{}", admin, 2);
        CHECK(answer.status == 409);
        CHECK(answer.code() == "OPEN_TRANSFER");
    }
}

TEST_CASE("X-19 many reserve one bike at once: one 200, the rest 412") {
    auto& suite = Suite::shared();
    auto token = suite.token("admin");
    auto bike = new_bike(suite, "WW");
    auto answers = at_once(8, [&](int) { return command(suite, bike, "reserve", far, token, 1); });
    CHECK(by_status(answers) == std::map<int, int>{{200, 1}, {412, 7}});
}

TEST_CASE("B10 a bike in maintenance without an open job returns to stock") {
    auto& suite = Suite::shared();
    auto manager = suite.token(suite.user_with_role("branch_manager", "WW"));
    auto bike = new_bike(suite, "WW");
    CHECK(command(suite, bike, "return-to-stock", "{}", manager, 1).code() == "INVALID_STATE");

    suite.database().rows("update bicycles set status = 'MAINTENANCE' where id = '" + bike + "'");
    auto agent = suite.token(suite.user_with_role("sales_agent", "WW"));
    CHECK(command(suite, bike, "return-to-stock", "{}", agent, 1).code() == "FORBIDDEN");
    auto returned = command(suite, bike, "return-to-stock", "{}", manager, 1);
    REQUIRE(returned.status == 200);
    CHECK(text(returned.json(), "status") == "IN_STOCK");
    CHECK(suite.database().value("select action from audit_log where entity_id = '" + bike +
                                 "' order by at desc, id desc limit 1") == "BIKE_RETURNED");
    CHECK(suite.violations() == "");
}

TEST_CASE("B3 a service that starts makes up for a missed expiry, as the user system, once among several instances") {
    Suite suite;
    auto token = suite.token("admin");
    std::vector<std::string> expired;
    for (int i = 0; i < 12; ++i) {
        expired.push_back(new_bike(suite, "WW"));
        REQUIRE(command(suite, expired.back(), "reserve", far, token, 1).status == 200);
    }
    auto lasting = new_bike(suite, "WW");
    REQUIRE(command(suite, lasting, "reserve", far, token, 1).status == 200);
    suite.process("fleet").stop();
    auto database = suite.database();
    database.rows(
        "update bicycles set reserved_until = current_date - 3 where reserved_for = 'Nimal Perera' and id <> '" +
        lasting + "'");

    for (const auto* instance : {"fleet", "fleet-2", "fleet-3"}) suite.start(instance);
    const auto released = [&] {
        return database.value("select count(*) from audit_log where action = 'BIKE_RELEASED'") == "12";
    };
    CHECK(eventually(released));
    CHECK(database.value("select id from bicycles where reserved_for = 'Nimal Perera'") == lasting);
    CHECK(database.value("select string_agg(distinct username || ' ' || (request_id <> ''), ',') from audit_log where "
                         "action = 'BIKE_RELEASED'") == "system true");
    CHECK(database.value("select count(*) from outbox where event_type = 'bike.released'") == "12");

    // The gateway finds the new instances within a second.
    HttpResponse answer;
    REQUIRE(eventually([&] {
        answer = suite.get("/v1/bikes/" + expired.front(), token);
        return answer.status == 200;
    }));
    auto row = answer.json();
    CHECK(text(row, "status") == "IN_STOCK");
    CHECK(text(row, "updated_by") == "00000000-0000-7000-8000-000000000001");
    CHECK(suite.violations() == "");
}
