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

}  // namespace loan_manager::fleet::ledger
