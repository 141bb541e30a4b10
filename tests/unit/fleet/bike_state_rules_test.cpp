#include "fleet/bikes/state.hpp"

#include <doctest/doctest.h>

#include "testing/error_codes.hpp"

#include <array>
#include <string>
#include <vector>

#include "fleet/bikes/timeline_text.hpp"

using namespace loan_manager::fleet;
using namespace loan_manager::fleet::bikes;

namespace {

constexpr std::array every_status{
    v1::BIKE_STATUS_IN_STOCK,    v1::BIKE_STATUS_ALLOCATED, v1::BIKE_STATUS_IN_TRANSIT,
    v1::BIKE_STATUS_MAINTENANCE, v1::BIKE_STATUS_SOLD,      v1::BIKE_STATUS_WRITTEN_OFF,
};

v1::Bike bike_in(v1::BikeStatus status) {
    v1::Bike bike;
    bike.set_status(status);
    if (status == v1::BIKE_STATUS_ALLOCATED) {
        bike.set_allocation_kind(v1::ALLOCATION_KIND_CUSTOMER);
        bike.set_reserved_for("Kamala");
    }
    return bike;
}

v1::Bike bike_waiting_for_transfer() {
    auto bike = bike_in(v1::BIKE_STATUS_IN_STOCK);
    allocate_to_transfer(bike);
    return bike;
}

std::string code(const loan_manager::rpc::Result<void>& result) {
    return result ? "" : std::string(result.error().code.name());
}

}  // namespace

TEST_CASE("B2 only a bike in stock may be reserved: the guard in every status") {
    for (const auto status : every_status) {
        CAPTURE(status);
        const auto result = code(check_ready(bike_in(status), {}, {v1::BIKE_STATUS_IN_STOCK}));
        switch (status) {
            case v1::BIKE_STATUS_IN_STOCK:
                CHECK(result == "");
                break;
            case v1::BIKE_STATUS_SOLD:
                CHECK(result == "BIKE_SOLD");
                break;
            case v1::BIKE_STATUS_IN_TRANSIT:
                CHECK(result == "OPEN_TRANSFER");
                break;
            default:
                CHECK(result == "INVALID_STATE");
        }
    }
    CHECK(code(check_ready(bike_waiting_for_transfer(), {}, {v1::BIKE_STATUS_IN_STOCK})) == "OPEN_TRANSFER");
}

TEST_CASE("D-212 of several reasons the first in the order of the rule is told") {
    BikeFacts everything;
    everything.open_job = true;
    everything.elsewhere = true;
    CHECK(code(check_ready(bike_in(v1::BIKE_STATUS_SOLD), everything, {})) == "BIKE_SOLD");
    CHECK(code(check_ready(bike_waiting_for_transfer(), everything, {})) == "OPEN_TRANSFER");
    CHECK(code(check_ready(bike_in(v1::BIKE_STATUS_MAINTENANCE), everything, {})) == "OPEN_JOB");
    everything.open_job = false;
    CHECK(code(check_ready(bike_in(v1::BIKE_STATUS_MAINTENANCE), everything, {})) == "NOT_AT_BRANCH");
    everything.elsewhere = false;
    CHECK(code(check_ready(bike_in(v1::BIKE_STATUS_MAINTENANCE), everything, {})) == "INVALID_STATE");
}

TEST_CASE("D-504 a bike is live unless sold or written off") {
    for (const auto status : every_status) {
        CAPTURE(status);
        const auto expected = status == v1::BIKE_STATUS_SOLD          ? "BIKE_SOLD"
                              : status == v1::BIKE_STATUS_WRITTEN_OFF ? "INVALID_STATE"
                                                                      : "";
        CHECK(code(check_live(bike_in(status))) == expected);
    }
}

TEST_CASE("B4, B5, B7 a transfer remembers the status to which an unfinished one returns") {
    auto bike = bike_in(v1::BIKE_STATUS_MAINTENANCE);
    allocate_to_transfer(bike);
    CHECK(bike.status() == v1::BIKE_STATUS_ALLOCATED);
    CHECK(bike.allocation_kind() == v1::ALLOCATION_KIND_TRANSFER);
    CHECK(has_open_transfer(bike));
    send_off(bike);
    CHECK(bike.status() == v1::BIKE_STATUS_IN_TRANSIT);
    CHECK_FALSE(bike.has_allocation_kind());
    CHECK(has_open_transfer(bike));
    return_from_transfer(bike);
    CHECK(bike.status() == v1::BIKE_STATUS_MAINTENANCE);
    CHECK_FALSE(bike.has_status_before());
    CHECK_FALSE(has_open_transfer(bike));
}

TEST_CASE("B6 a bike that arrives belongs to its new branch and company under its new number") {
    auto bike = bike_waiting_for_transfer();
    send_off(bike);
    const stock_numbers::Place place{"in", "IN", "brc", "BRC"};
    arrive(bike, place, "IN/BRC/ST/0007", true);
    CHECK(bike.status() == v1::BIKE_STATUS_MAINTENANCE);
    CHECK(bike.company_id() == "in");
    CHECK(bike.current_branch_code() == "BRC");
    CHECK(bike.current_stock_number() == "IN/BRC/ST/0007");
    CHECK_FALSE(bike.has_status_before());
}

TEST_CASE("B11, B12 a sale clears the reservation and the number; its void brings the number back") {
    auto bike = bike_in(v1::BIKE_STATUS_ALLOCATED);
    bike.set_current_stock_number("MA/WW/ST/0001");
    mark_sold(bike, "sale");
    CHECK(bike.status() == v1::BIKE_STATUS_SOLD);
    CHECK(bike.sale_id() == "sale");
    CHECK_FALSE(bike.has_allocation_kind());
    CHECK_FALSE(bike.has_reserved_for());
    CHECK_FALSE(bike.has_current_stock_number());
    mark_unsold(bike, "MA/WW/ST/0001");
    CHECK(bike.status() == v1::BIKE_STATUS_IN_STOCK);
    CHECK(bike.current_stock_number() == "MA/WW/ST/0001");
    CHECK_FALSE(bike.has_sale_id());
}

TEST_CASE("B13 a written-off bike carries no number; who asked for it stays to be read") {
    auto bike = bike_in(v1::BIKE_STATUS_IN_STOCK);
    bike.set_current_stock_number("MA/WW/ST/0001");
    bike.set_write_off_requested_by("manager");
    const auto at = std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));
    mark_written_off(bike, v1::WRITE_OFF_KIND_STOLEN, "admin", at, "gone");
    CHECK(bike.status() == v1::BIKE_STATUS_WRITTEN_OFF);
    CHECK(bike.write_off_kind() == v1::WRITE_OFF_KIND_STOLEN);
    CHECK_FALSE(bike.has_current_stock_number());
    CHECK(bike.write_off_requested_by() == "manager");
    CHECK(bike.written_off_by() == "admin");
    CHECK(bike.written_off_at().seconds() == 1'700'000'000);
    CHECK(bike.write_off_reason() == "gone");
}

TEST_CASE("The timeline says what an audit row holds, and less of a row that holds less") {
    Happening happening;
    const auto say = [&](const char* action) {
        happening.action = action;
        return sentence(happening);
    };
    // As generated data has them.
    CHECK(say("BIKE_PROCURED") == "Bought");
    CHECK(say("TRANSFER_COMPLETED") == "Arrived");
    CHECK(say("SALE_RECORDED") == "Sold");
    CHECK(say("EXPENSE_RECORDED") == "Expense recorded");
    CHECK(say("JOB_OPENED") == "Repair job opened");
    CHECK(say("SOMETHING_NEW") == "Something new");

    happening.number = "TRF-WW-26-00001";
    happening.from = "WW";
    happening.to = "MO";
    happening.reason = "road is closed";
    CHECK(say("TRANSFER_REQUESTED") == "Transfer TRF-WW-26-00001 from WW to MO requested");
    CHECK(say("TRANSFER_DISPATCHED") == "Sent off to MO (TRF-WW-26-00001)");
    CHECK(say("TRANSFER_CANCELLED") == "Transfer TRF-WW-26-00001 cancelled: road is closed");
    happening.after = {{"to_stock_number", "MA/MO/ST/0002"}};
    CHECK(say("TRANSFER_COMPLETED") == "Arrived at MO as MA/MO/ST/0002 (TRF-WW-26-00001)");

    happening.number = "INV-MA-26-000001";
    happening.branch = "WW";
    happening.after = {{"selling_price", "195000.00"}, {"total_cost", "170000.00"}, {"profit", "25000.00"}};
    CHECK(say("SALE_RECORDED") == "Sold at WW for 195000.00 (INV-MA-26-000001)");
    CHECK(say("SALE_VOIDED") == "Sale INV-MA-26-000001 voided: road is closed");

    happening.after = {{"amount", "500.00"}, {"category", "MINOR_REPAIR"}, {"description", "new mirror"}};
    CHECK(say("EXPENSE_RECORDED") == "Expense of 500.00 (minor repair) recorded: new mirror");

    happening.before = {{"reserved_for", "Kamala"}};
    CHECK(say("BIKE_RELEASED") == "Reservation for Kamala released");
    happening.automatic = true;
    CHECK(say("BIKE_RELEASED") == "Reservation for Kamala expired");
}
