#include "fleet/commissions/decision.hpp"

#include <utility>

namespace loan_manager::fleet::commissions {

rpc::Result<Opened> open(commands::Unit& unit, const std::vector<postgres::Rows>& reads, access::Permission permission,
                         rpc::Result<void> (*check)(v1::SaleStatus, const v1::Commission&)) {
    if (auto valid = unit.valid(); !valid) {
        return valid.error();
    }
    auto stored = read_found(reads.at(1));
    if (!stored) {
        return rpc::not_found("There is no such commission.");
    }
    if (!stored->covered_by(access::reach(unit.caller(), permission))) {
        return rpc::out_of_scope();
    }
    const auto& commission = stored->commission;
    if (auto current = commands::check_version(unit.context(), commission.version()); !current) {
        return current.error();
    }
    if (commission.payee_user_id() == unit.caller().user_id) {
        return rpc::Error("SELF_APPROVAL", "Somebody else must decide about and pay your own commission.");
    }
    Opened opened;
    opened.sale = read_locked_sale(reads.at(0));
    if (auto ready = check(opened.sale.status, commission); !ready) {
        return ready.error();
    }
    opened.before = commission;
    opened.stored = *std::move(stored);
    return opened;
}

v1::Commission close(commands::Unit& unit, const char* action, Opened& opened) {
    auto& commission = opened.stored.commission;
    save(unit, commission);
    auto before = decision_of(opened.before);
    auto after = decision_of(commission);
    commands::keep_changed(before, after);
    record(unit, action, opened.sale, commission, std::move(before), std::move(after), commission.reject_reason());
    return visible_to(unit.caller(), opened.stored);
}

}  // namespace loan_manager::fleet::commissions
