#include "fleet/transfers/admission.hpp"

#include "access/reach.hpp"

namespace loan_manager::fleet::transfers {

rpc::Result<Locked> admit(commands::Unit& unit, rpc::Result<Locked> found, access::Permission permission, End end) {
    if (auto valid = unit.valid(); !valid) {
        return valid.error();
    }
    if (!found) {
        return found;
    }
    const auto reach = access::reach(unit.caller(), permission);
    if (!(end == End::source ? found->source_within(reach) : found->destination_within(reach))) {
        return rpc::out_of_scope();
    }
    if (auto current = commands::check_version(unit.context(), found->transfer.version()); !current) {
        return current.error();
    }
    return found;
}

}  // namespace loan_manager::fleet::transfers
