#include "fleet/expenses/rules.hpp"
#include "testing/error_codes.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace loan_manager::fleet;
using namespace loan_manager::fleet::expenses;
using loan_manager::access::Permission;
using loan_manager::runtime::Date;

namespace {

constexpr Date today{std::chrono::year{2026}, std::chrono::month{11}, std::chrono::day{22}};

std::string code_of(const loan_manager::rpc::Result<void>& result) {
    return result ? "" : std::string(result.error().code.name());
}

v1::Expense expense() {
    v1::Expense row;
    row.set_id("e");
    row.set_bicycle_id("b");
    row.set_branch_id("r");
    row.set_expense_date("2026-11-20");
    row.set_category(v1::EXPENSE_CATEGORY_CLEANING);
    row.set_description("Washed twice");
    row.set_amount("12.50");
    return row;
}

}  // namespace

TEST_CASE("D-705 which expenses a bike accepts, by its status") {
    struct Row {
        v1::BikeStatus status;
        const char* pre_sale;
        const char* post_sale;
    };
    const Row rows[] = {
        {v1::BIKE_STATUS_IN_STOCK, "", "INVALID_STATE"},
        {v1::BIKE_STATUS_ALLOCATED, "", "INVALID_STATE"},
        {v1::BIKE_STATUS_IN_TRANSIT, "", "INVALID_STATE"},
        {v1::BIKE_STATUS_MAINTENANCE, "", "INVALID_STATE"},
        {v1::BIKE_STATUS_SOLD, "BIKE_SOLD", ""},
        {v1::BIKE_STATUS_WRITTEN_OFF, "INVALID_STATE", "INVALID_STATE"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.status);
        v1::Bike bike;
        bike.set_status(row.status);
        CHECK(code_of(check_books_open(bike, false)) == row.pre_sale);
        CHECK(code_of(check_books_open(bike, true)) == row.post_sale);
    }
}

TEST_CASE("D-705 a voided expense is corrected no more; that the bike is sold comes first") {
    v1::Bike bike;
    bike.set_status(v1::BIKE_STATUS_IN_STOCK);
    auto row = expense();
    CHECK(check_correctable(bike, row).has_value());
    row.mutable_voided_at()->set_seconds(1);
    CHECK(code_of(check_correctable(bike, row)) == "INVALID_STATE");
    bike.set_status(v1::BIKE_STATUS_SOLD);
    CHECK(code_of(check_correctable(bike, row)) == "BIKE_SOLD");
}

TEST_CASE("D-705 after-sale costs have a permission of their own") {
    CHECK(permission_to_record(false) == Permission::expenses_record);
    CHECK(permission_to_correct(false) == Permission::expenses_update);
    CHECK(permission_to_record(true) == Permission::expenses_record_post_sale);
    CHECK(permission_to_correct(true) == Permission::expenses_record_post_sale);
}

TEST_CASE("D-705 a bike costs nothing before it is bought") {
    CHECK(check_since_purchase(std::nullopt, "2026-03-01").empty());
    CHECK(check_since_purchase("2026-03-01", "2026-03-01").empty());
    CHECK(check_since_purchase("2026-11-22", "2026-03-01").empty());
    const auto early = check_since_purchase("2026-02-28", "2026-03-01");
    REQUIRE(early.size() == 1);
    CHECK(early[0] == loan_manager::rpc::FieldIssue("expense_date", "out_of_range", "2026-03-01"));
}

TEST_CASE("D-204 an expense is of today unless it says otherwise, and never of tomorrow") {
    v1::RecordExpenseRequest request;
    CHECK(draft(request, today).expense_date() == "2026-11-22");
    request.set_expense_date("2026-11-22");
    CHECK(check(request, today).empty());
    request.set_expense_date("2026-11-23");
    REQUIRE(check(request, today).size() == 1);
    CHECK(check(request, today).front().issue == "out_of_range");
    v1::UpdateExpenseRequest patch;
    CHECK(check(patch, today).empty());
    patch.mutable_expense()->set_expense_date("2026-11-23");
    CHECK(check(patch, today).size() == 1);
}

TEST_CASE("D-703 the ledger entry says what the expense says") {
    auto row = expense();
    row.set_post_sale(true);
    const auto entry = entry_of(row);
    CHECK(entry.type == v1::LEDGER_ENTRY_TYPE_EXPENSE);
    CHECK(entry.source_id == "e");
    CHECK(entry.branch_id == "r");
    CHECK(entry.amount == "12.50");
    CHECK(entry.category == "CLEANING");
    CHECK(entry.entry_date == "2026-11-20");
    CHECK(entry.post_sale);
}

TEST_CASE("D-704 what the ledger says must be booked anew when it changes, and only that") {
    const auto before = expense();
    auto after = before;
    after.set_notes("paid late");
    after.set_vendor_name("Perera");
    after.set_invoice_no("A-1");
    CHECK_FALSE(needs_rebooking(before, after));
    after = before;
    after.set_amount("12.51");
    CHECK(needs_rebooking(before, after));
    after = before;
    after.set_branch_id("s");
    CHECK(needs_rebooking(before, after));
    after = before;
    after.set_category(v1::EXPENSE_CATEGORY_OTHER);
    CHECK(needs_rebooking(before, after));
    after = before;
    after.set_expense_date("2026-11-19");
    CHECK(needs_rebooking(before, after));
    after = before;
    after.set_description("Washed three times");
    CHECK(needs_rebooking(before, after));
}
