#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fixture.hpp"
#include "testing/error_codes.hpp"

using namespace loan_manager::fleet::testing;

namespace {

v1::Bike bought(const std::string& branch, const std::string& user = "admin") {
    v1::Bike bike;
    auto request = purchase(branch);
    request.set_license_plate(fresh_plate());
    Call call;
    call.user = user;
    call.key = "new";
    const auto outcome = Fleet::instance().procure(request, call, bike);
    REQUIRE_MESSAGE(outcome.ok(), outcome.code);
    return bike;
}

Call as(const std::string& user, const std::string& if_match = "") {
    Call call;
    call.user = user;
    call.if_match = if_match;
    return call;
}

Call keyed(const std::string& user = "admin", const std::string& key = "new") {
    Call call;
    call.user = user;
    call.key = key;
    return call;
}

bool contains(const std::vector<std::string>& list, const std::string& what) {
    return std::find(list.begin(), list.end(), what) != list.end();
}

}  // namespace

TEST_CASE("B1 a procured bike has its number, its purchase entry, its audit row and its event") {
    auto& fleet = Fleet::instance();
    auto request = purchase("WW");
    request.set_license_plate("wp kk 0001");
    request.set_frame_number("fr-1");
    request.set_payment_branch_id("MO");
    request.set_hand_amount("5");
    v1::Bike bike;
    REQUIRE(fleet.procure(request, keyed(), bike).ok());

    CHECK(bike.title() == "Bajaj Pulsar 150 2021");
    CHECK(bike.license_plate() == "WP-KK-0001");
    CHECK(bike.plate_key() == "KK-0001");
    CHECK(bike.frame_number() == "FR1");
    CHECK(bike.status() == v1::BIKE_STATUS_IN_STOCK);
    CHECK(bike.purchase_price() == "150000.00");
    CHECK(bike.total_cost() == "150000.00");
    CHECK(bike.hand_amount() == "5.00");
    CHECK(bike.company_code() == "MA");
    CHECK(bike.current_branch_code() == "WW");
    CHECK(bike.payment_branch_code() == "MO");
    CHECK(bike.version() == 1);
    CHECK(bike.current_stock_number().starts_with("MA/WW/ST/0"));

    v1::Bike read;
    REQUIRE(fleet.get(bike.id(), as("admin"), read).ok());
    CHECK(read.SerializeAsString() == bike.SerializeAsString());  // the answer of the command is the row

    const std::string where = " WHERE bicycle_id = '" + bike.id() + "'";
    CHECK(fleet.value("SELECT full_number FROM stock_numbers" + where) == bike.current_stock_number());
    CHECK(fleet.value("SELECT entry_type || ' ' || amount || ' ' || source_version FROM cost_ledger" + where) ==
          "PURCHASE 150000.00 1");
    CHECK(fleet.value("SELECT action FROM audit_log WHERE entity_id = '" + bike.id() + "'") == "BIKE_PROCURED");
    CHECK(fleet.value("SELECT event_type FROM outbox" + where) == "bike.procured");
}

TEST_CASE("D-210 every field issue is in one answer, references included") {
    auto request = purchase("NOPE");
    request.set_year(1949);
    request.set_purchase_price("12.345");
    request.set_payment_branch_id("NADA");
    request.set_bought_by("00000000-0000-7000-8000-00000000dead");
    request.set_procurement_source(v1::PROCUREMENT_SOURCE_TRADE_IN);
    request.set_procurement_date("2999-01-01");
    request.set_license_plate(std::string("A\0B", 3));
    v1::Bike bike;
    const auto outcome = Fleet::instance().procure(request, keyed(), bike);
    CHECK(outcome.code == "VALIDATION");
    for (const std::string& issue : std::vector<std::string>{
             "branch_id: not_found", "year: out_of_range", "payment_branch_id: not_found", "bought_by: not_found",
             "procurement_source: not_allowed", "procurement_date: out_of_range"}) {
        CAPTURE(issue);
        CHECK(contains(outcome.issues, issue));
    }
    CHECK(outcome.issues.size() == 8);
}

TEST_CASE("D-902 and D-301: scope before state") {
    v1::Bike bike;
    auto& fleet = Fleet::instance();
    CHECK(fleet.procure(purchase("MO"), keyed("manager-ww"), bike).code == "OUT_OF_SCOPE");
    CHECK(fleet.procure(purchase("ZZ"), keyed("manager-ww"), bike).code == "OUT_OF_SCOPE");
    CHECK(fleet.procure(purchase("ZZ"), keyed("admin"), bike).code == "BRANCH_INACTIVE");
    CHECK(fleet.procure(purchase("WW"), keyed("viewer"), bike).code == "FORBIDDEN");
    CHECK(fleet.procure(purchase("WW"), as("admin"), bike).code == "IDEMPOTENCY_KEY_REQUIRED");
}

TEST_CASE("D-208 DUPLICATE names the field and uses no number") {
    auto& fleet = Fleet::instance();
    auto request = purchase("WW");
    request.set_license_plate(fresh_plate());
    request.set_frame_number("DUP-FRAME-1");
    request.set_engine_number("DUP-ENGINE-1");
    v1::Bike bike;
    REQUIRE(fleet.procure(request, keyed(), bike).ok());
    const auto counter = fleet.value(
        "SELECT last_number FROM stock_counters c JOIN branches b ON b.id = c.branch_id "
        "WHERE b.code = 'MO'");
    auto twin = purchase("MO");
    twin.set_license_plate("CP " + request.license_plate().substr(3));  // another province, the same key
    auto outcome = fleet.procure(twin, keyed(), bike);
    CHECK(outcome.code == "DUPLICATE");
    CHECK(contains(outcome.issues, "license_plate: duplicate"));
    twin = purchase("MO");
    twin.set_engine_number("dup engine 1");
    outcome = fleet.procure(twin, keyed(), bike);
    CHECK(outcome.code == "DUPLICATE");
    CHECK(contains(outcome.issues, "engine_number: duplicate"));
    CHECK(fleet.value("SELECT last_number FROM stock_counters c JOIN branches b ON b.id = c.branch_id "
                      "WHERE b.code = 'MO'") == counter);
}

TEST_CASE("D-901 and D-902: each role reads the bikes it covers, the rest is 404") {
    auto& fleet = Fleet::instance();
    const auto ww = bought("WW");
    const auto bd = bought("BD");
    v1::Bike read;
    CHECK(fleet.get(ww.id(), as("manager-ww"), read).ok());
    CHECK(fleet.get(bd.id(), as("manager-ww"), read).code == "NOT_FOUND");
    CHECK(fleet.get(bd.id(), as("head"), read).ok());
    CHECK(fleet.get(ww.id(), as("head"), read).code == "NOT_FOUND");
    CHECK(fleet.get(ww.id(), as("viewer"), read).ok());
    CHECK(fleet.get(ww.id(), as("mechanic"), read).code == "NOT_FOUND");
    fleet.sql(
        "INSERT INTO repair_jobs (id, job_no, bicycle_id, branch_id, job_type, category, mechanic_id, created_by, "
        "updated_by) SELECT gen_random_uuid(), 'WO-TEST-1', '" +
        ww.id() +
        "', current_branch_id, 'SERVICE', "
        "'MAINTENANCE', (SELECT id FROM auth.users WHERE username = 'mechanic'), created_by, created_by "
        "FROM bicycles WHERE id = '" +
        ww.id() + "'; UPDATE bicycles SET status = 'MAINTENANCE' WHERE id = '" + ww.id() + "'");
    CHECK(fleet.get(ww.id(), as("mechanic"), read).ok());
    CHECK(read.costs_hidden());
}

TEST_CASE("D-904 costs are hidden from callers without costs:read, row by row") {
    auto& fleet = Fleet::instance();
    auto request = purchase("WW");
    request.set_hand_amount("10");
    v1::Bike bike;
    REQUIRE(fleet.procure(request, keyed("agent-ww"), bike).ok());
    CHECK(bike.costs_hidden());
    for (const auto& user : {"agent-ww"}) {
        v1::Bike read;
        REQUIRE(fleet.get(bike.id(), as(user), read).ok());
        CHECK(read.costs_hidden());
        CHECK_FALSE(read.has_purchase_price());
        CHECK_FALSE(read.has_hand_amount());
        CHECK_FALSE(read.has_total_cost());
    }
    v1::Bike read;
    REQUIRE(fleet.get(bike.id(), as("manager-ww"), read).ok());
    CHECK(read.purchase_price() == "150000.00");
    v1::ListBikesRequest list;
    v1::BikeList page;
    list.set_sort("purchase_price");
    CHECK(fleet.list(list, as("agent-ww"), page).code == "FORBIDDEN");
    CHECK(fleet.list(list, as("manager-ww"), page).ok());
}

TEST_CASE("D-505 the destination of an open transfer reads the bike, and may not change it") {
    auto& fleet = Fleet::instance();
    const auto bike = bought("WW");
    v1::Bike read;
    CHECK(fleet.get(bike.id(), as("manager-mo"), read).code == "NOT_FOUND");
    fleet.sql(
        "BEGIN; UPDATE bicycles SET status = 'ALLOCATED', allocation_kind = 'TRANSFER', status_before = 'IN_STOCK' "
        "WHERE id = '" +
        bike.id() +
        "'; INSERT INTO transfers (id, transfer_no, bicycle_id, from_branch_id, "
        "to_branch_id, reason_code, from_stock_number, is_inter_company, requested_by, created_by, updated_by) "
        "SELECT gen_random_uuid(), 'TRF-TEST-1', id, current_branch_id, (SELECT id FROM branches WHERE code = 'MO'), "
        "'CONSOLIDATION', current_stock_number, false, created_by, created_by, created_by FROM bicycles WHERE id = '" +
        bike.id() + "'; COMMIT");
    REQUIRE(fleet.get(bike.id(), as("manager-mo"), read).ok());
    CHECK(read.has_purchase_price());
    v1::ListBikesRequest list;
    list.set_license_plate(bike.license_plate());
    v1::BikeList page;
    REQUIRE(fleet.list(list, as("manager-mo"), page).ok());
    CHECK(page.items_size() == 1);
    v1::UpdateBikeRequest patch;
    patch.set_id(bike.id());
    patch.mutable_bike()->set_color("blue");
    CHECK(fleet.update(patch, as("manager-mo", "1"), read).code == "OUT_OF_SCOPE");
}

TEST_CASE("D-501 and D-214: PATCH changes facts under If-Match") {
    auto& fleet = Fleet::instance();
    const auto bike = bought("WW");
    v1::UpdateBikeRequest patch;
    patch.set_id(bike.id());
    patch.mutable_bike()->set_color(" Red ");
    patch.mutable_bike()->set_asking_price("199000");
    patch.mutable_bike()->set_payment_branch_id("MO");
    v1::Bike after;
    CHECK(fleet.update(patch, as("manager-ww"), after).code == "PRECONDITION_REQUIRED");
    CHECK(fleet.update(patch, as("manager-ww", "2"), after).code == "PRECONDITION_FAILED");
    REQUIRE(fleet.update(patch, as("manager-ww", "1"), after).ok());
    CHECK(after.version() == 2);
    CHECK(after.color() == "Red");
    CHECK(after.asking_price() == "199000.00");
    CHECK(after.payment_branch_code() == "MO");
    v1::Bike read;
    REQUIRE(fleet.get(bike.id(), as("admin"), read).ok());
    CHECK(read.SerializeAsString() == after.SerializeAsString());
    CHECK(fleet
              .value("SELECT (old || new)::text FROM audit_log WHERE action = 'BIKE_UPDATED' AND entity_id = '" +
                     bike.id() + "'")
              .find("\"color\": \"Red\"") != std::string::npos);

    // Null clears; what changes nothing leaves no trace.
    v1::UpdateBikeRequest clear;
    clear.set_id(bike.id());
    clear.mutable_bike();
    clear.mutable_update_mask()->add_paths("color");
    REQUIRE(fleet.update(clear, as("manager-ww", "2"), after).ok());
    CHECK_FALSE(after.has_color());
    CHECK(after.version() == 3);
    REQUIRE(fleet.update(clear, as("manager-ww", "3"), after).ok());
    CHECK(after.version() == 3);

    patch.set_id("00000000-0000-7000-8000-00000000dead");
    CHECK(fleet.update(patch, as("admin", "1"), after).code == "NOT_FOUND");
}

TEST_CASE("D-502 a corrected purchase price is reversed and booked anew") {
    auto& fleet = Fleet::instance();
    const auto bike = bought("WW");
    v1::UpdateBikeRequest patch;
    patch.set_id(bike.id());
    patch.mutable_bike()->set_purchase_price("140000.50");
    v1::Bike after;
    const auto refused = fleet.update(patch, as("admin", "1"), after);
    CHECK(refused.code == "VALIDATION");
    CHECK(contains(refused.issues, "reason: required"));
    patch.mutable_bike()->set_reason("typing error");
    REQUIRE(fleet.update(patch, as("admin", "1"), after).ok());
    CHECK(after.purchase_price() == "140000.50");
    CHECK(after.purchase_total() == "140000.50");
    CHECK(after.total_cost() == "140000.50");
    const auto entries = fleet.sql("SELECT amount || ' ' || source_version FROM cost_ledger WHERE bicycle_id = '" +
                                   bike.id() + "' ORDER BY entry_no");
    CHECK(entries == std::vector<std::string>{"150000.00 1", "-150000.00 1", "140000.50 2"});
    CHECK(fleet.value("SELECT reason FROM audit_log WHERE action = 'BIKE_UPDATED' AND entity_id = '" + bike.id() +
                      "'") == "typing error");
}

TEST_CASE("D-212 a sold bike: stale If-Match before state, validation before both") {
    auto& fleet = Fleet::instance();
    const auto bike = bought("WW");
    fleet.sql(
        "BEGIN; UPDATE stock_numbers SET released_at = assigned_at, released_by = assigned_by, "
        "release_reason = 'WRITTEN_OFF' WHERE bicycle_id = '" +
        bike.id() +
        "'; UPDATE bicycles SET "
        "status = 'WRITTEN_OFF', current_stock_number = NULL, written_off_by = created_by, "
        "written_off_at = now(), write_off_kind = 'LOST', write_off_reason = 'lost in a test' WHERE id = '" +
        bike.id() + "'; COMMIT");
    v1::UpdateBikeRequest patch;
    patch.set_id(bike.id());
    patch.mutable_bike()->set_color("red");
    v1::Bike after;
    CHECK(fleet.update(patch, as("admin", "9"), after).code == "PRECONDITION_FAILED");
    CHECK(fleet.update(patch, as("admin", "1"), after).code == "INVALID_STATE");
    patch.mutable_bike()->set_color(std::string(60, 'x'));
    CHECK(fleet.update(patch, as("admin", "9"), after).code == "VALIDATION");

    // Its plate is free again.
    auto again = purchase("WW");
    again.set_license_plate(bike.license_plate());
    CHECK(fleet.procure(again, keyed(), after).ok());
}

TEST_CASE("D-603 history and look-up of stock numbers") {
    auto& fleet = Fleet::instance();
    const auto bike = bought("WW");
    const auto stub = v1::BikeService::NewStub(fleet.channel());
    v1::ListStockHistoryRequest request;
    request.set_id(bike.id());
    for (const bool covered : {true, false}) {
        grpc::ClientContext context;
        fleet.prepare(context, as(covered ? "manager-ww" : "manager-mo"));
        v1::StockHistory history;
        const auto outcome = Fleet::read(stub->ListStockHistory(&context, request, &history), context);
        CHECK(outcome.ok() == covered);
        if (covered) {
            REQUIRE(history.items_size() == 1);
            CHECK(history.items(0).number() == bike.current_stock_number());
            CHECK(history.items(0).is_current());
            CHECK(history.total() == 1);
        }
    }
    v1::GetStockNumberRequest number;
    number.set_number(bike.current_stock_number());
    grpc::ClientContext context;
    fleet.prepare(context, as("viewer"));
    v1::StockNumber found;
    REQUIRE(Fleet::read(stub->GetStockNumber(&context, number, &found), context).ok());
    CHECK(found.bicycle_id() == bike.id());
    CHECK(found.is_current());
    grpc::ClientContext other;
    fleet.prepare(other, as("manager-mo"));
    CHECK(Fleet::read(stub->GetStockNumber(&other, number, &found), other).code == "NOT_FOUND");
}

TEST_CASE("D-603 stock_number.low is told when a branch runs low") {
    auto& fleet = Fleet::instance();
    fleet.sql(
        "UPDATE stock_counters SET last_number = 8999 WHERE branch_id = (SELECT id FROM branches WHERE code = 'TWO')");
    v1::Bike bike;
    REQUIRE(fleet.procure(purchase("TWO"), keyed(), bike).ok());
    CHECK(bike.current_stock_number() == "MA/TWO/ST/9000");
    CHECK(fleet.value("SELECT payload->>'branch_code' FROM outbox WHERE event_type = 'stock_number.low'") == "TWO");
}
