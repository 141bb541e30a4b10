#include "fleet/sales/journal.hpp"

#include "fleet/values/proto_values.hpp"

namespace loan_manager::fleet::sales {

commands::Change change_of(const char* action, const v1::Sale& sale) {
    commands::Change change;
    change.action = action;
    change.entity_type = "sale";
    change.entity_id = sale.id();
    change.entity_no = sale.invoice_no();
    change.branch_id = sale.selling_branch_id();
    change.bicycle_id = sale.bicycle_id();
    return change;
}

void record_status(commands::Unit& unit, const char* action, const v1::Sale& sale, v1::SaleStatus before,
                   const std::string& reason) {
    auto change = change_of(action, sale);
    change.reason = reason;
    change.old_values = {{"status", token_of(before)}};
    change.new_values = {{"status", token_of(sale.status())}};
    unit.record(std::move(change));
}

commissions::SaleRef reference_to(const v1::Sale& sale) {
    commissions::SaleRef reference;
    reference.id = sale.id();
    reference.bicycle_id = sale.bicycle_id();
    reference.invoice_no = sale.invoice_no();
    reference.sale_date = sale.sale_date();
    reference.status = sale.status();
    return reference;
}

}  // namespace loan_manager::fleet::sales
