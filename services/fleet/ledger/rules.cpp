#include "fleet/ledger/rules.hpp"

namespace loan_manager::fleet::ledger {
namespace {

money::Money amount_of(const std::string& text) { return money::Money::parse_signed(text).value_or(money::Money()); }

std::string sum(const std::string& total, money::Money amount) { return (amount_of(total) + amount).to_string(); }

}  // namespace

void start_totals(v1::Bike& bike) {
    constexpr const char* zero = "0.00";
    bike.set_purchase_total(bike.purchase_price());
    bike.set_expense_total(zero);
    bike.set_repair_total(zero);
    bike.set_transfer_total(zero);
    bike.set_total_cost(bike.purchase_price());
    bike.set_after_sale_total(zero);
}

bool has_room(const v1::Bike& bike, bool post_sale, const std::string& amount) {
    // The total cost is the greatest of the totals that an entry before the sale changes.
    return money::is_storable(amount_of(post_sale ? bike.after_sale_total() : bike.total_cost()) + amount_of(amount));
}

void add_to_totals(v1::Bike& bike, v1::LedgerEntryType type, bool post_sale, money::Money amount) {
    if (post_sale) {
        bike.set_after_sale_total(sum(bike.after_sale_total(), amount));
        return;
    }
    switch (type) {
        case v1::LEDGER_ENTRY_TYPE_PURCHASE:
            bike.set_purchase_total(sum(bike.purchase_total(), amount));
            break;
        case v1::LEDGER_ENTRY_TYPE_EXPENSE:
        case v1::LEDGER_ENTRY_TYPE_OPENING_EXPENSE:
            bike.set_expense_total(sum(bike.expense_total(), amount));
            break;
        case v1::LEDGER_ENTRY_TYPE_REPAIR:
        case v1::LEDGER_ENTRY_TYPE_OPENING_REPAIR:
            bike.set_repair_total(sum(bike.repair_total(), amount));
            break;
        case v1::LEDGER_ENTRY_TYPE_TRANSFER:
            bike.set_transfer_total(sum(bike.transfer_total(), amount));
            break;
        default:
            return;
    }
    bike.set_total_cost(sum(bike.total_cost(), amount));
}

v1::CostSummary summary_of(const v1::Bike& bike) {
    v1::CostSummary summary;
    summary.set_bicycle_id(bike.id());
    summary.set_status(bike.status());
    if (bike.has_current_stock_number()) {
        summary.set_current_stock_number(bike.current_stock_number());
    }
    summary.set_purchase_total(bike.purchase_total());
    summary.set_expense_total(bike.expense_total());
    summary.set_repair_total(bike.repair_total());
    summary.set_transfer_total(bike.transfer_total());
    summary.set_total_cost(bike.total_cost());
    summary.set_after_sale_total(bike.after_sale_total());
    if (bike.status() == v1::BIKE_STATUS_WRITTEN_OFF) {
        summary.set_profit((-amount_of(bike.total_cost())).to_string());
    }
    return summary;
}

void add_figures(v1::CostSummary& summary, const v1::Sale& sale) {
    summary.set_selling_price(sale.selling_price());
    summary.set_profit(sale.profit());
    summary.set_margin_pct(sale.margin_pct());
    if (sale.has_markup_pct()) {
        summary.set_markup_pct(sale.markup_pct());
    }
}

}  // namespace loan_manager::fleet::ledger
