#include "fleet/ledger/rules.hpp"

#include <doctest/doctest.h>

using namespace loan_manager::fleet;
using namespace loan_manager::fleet::ledger;
using loan_manager::money::Money;

namespace {

Money lkr(std::int64_t rupees) { return Money::from_cents(rupees * 100); }

v1::Bike bought(const char* price) {
    v1::Bike bike;
    bike.set_status(v1::BIKE_STATUS_IN_STOCK);
    bike.set_purchase_price(price);
    start_totals(bike);
    return bike;
}

}  // namespace

TEST_CASE("D-703 each entry type counts towards its total; post-sale entries stand aside, sales count nowhere") {
    auto bike = bought("150000.00");
    add_to_totals(bike, v1::LEDGER_ENTRY_TYPE_EXPENSE, false, lkr(3000));
    add_to_totals(bike, v1::LEDGER_ENTRY_TYPE_OPENING_EXPENSE, false, lkr(2000));
    add_to_totals(bike, v1::LEDGER_ENTRY_TYPE_REPAIR, false, lkr(10000));
    add_to_totals(bike, v1::LEDGER_ENTRY_TYPE_OPENING_REPAIR, false, lkr(5000));
    add_to_totals(bike, v1::LEDGER_ENTRY_TYPE_TRANSFER, false, lkr(700));
    add_to_totals(bike, v1::LEDGER_ENTRY_TYPE_EXPENSE, true, lkr(40));
    add_to_totals(bike, v1::LEDGER_ENTRY_TYPE_REPAIR, true, lkr(60));
    add_to_totals(bike, v1::LEDGER_ENTRY_TYPE_SALE, false, lkr(195000));
    CHECK(bike.purchase_total() == "150000.00");
    CHECK(bike.expense_total() == "5000.00");
    CHECK(bike.repair_total() == "15000.00");
    CHECK(bike.transfer_total() == "700.00");
    CHECK(bike.after_sale_total() == "100.00");
    CHECK(bike.total_cost() == "170700.00");
}

TEST_CASE("D-704 a reversal takes off what its original added") {
    auto bike = bought("0.10");
    add_to_totals(bike, v1::LEDGER_ENTRY_TYPE_EXPENSE, false, Money::from_cents(20));
    add_to_totals(bike, v1::LEDGER_ENTRY_TYPE_EXPENSE, false, -Money::from_cents(20));
    CHECK(bike.expense_total() == "0.00");
    CHECK(bike.total_cost() == "0.10");
}

TEST_CASE("D-701 and D-702 the summary of a bike in stock, sold, and written off") {
    auto bike = bought("150000.00");
    add_to_totals(bike, v1::LEDGER_ENTRY_TYPE_REPAIR, false, lkr(15000));
    add_to_totals(bike, v1::LEDGER_ENTRY_TYPE_EXPENSE, false, lkr(5000));
    auto summary = summary_of(bike);
    CHECK(summary.total_cost() == "170000.00");
    CHECK_FALSE(summary.has_profit());

    v1::Sale sale;
    sale.set_selling_price("195000.00");
    sale.set_total_cost("170000.00");
    sale.set_profit("25000.00");
    sale.set_margin_pct("12.82");
    sale.set_markup_pct("14.71");
    add_figures(summary, sale);
    CHECK(summary.selling_price() == "195000.00");
    CHECK(summary.profit() == "25000.00");
    CHECK(summary.margin_pct() == "12.82");
    CHECK(summary.markup_pct() == "14.71");

    bike.set_status(v1::BIKE_STATUS_WRITTEN_OFF);
    CHECK(summary_of(bike).profit() == "-170000.00");
    CHECK_FALSE(summary_of(bike).has_selling_price());
}
