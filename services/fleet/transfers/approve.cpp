#include "fleet/transfers/approve.hpp"

#include "fleet/transfers/admission.hpp"
#include "fleet/transfers/dispatch.hpp"
#include "fleet/transfers/repository.hpp"
#include "fleet/transfers/rules.hpp"

namespace loan_manager::fleet::transfers {

void Approve::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    add_lock(reads, unit.sound_id("id", request.id()));
}

boost::asio::awaitable<rpc::Result<v1::Transfer>> Approve::execute(commands::Unit& unit, const request_type& request,
                                                                   std::vector<postgres::Rows>& reads) {
    auto locked = admit(unit, read_locked(reads), access::Permission::transfers_approve, End::destination);
    if (!locked) {
        co_return locked.error();
    }
    auto& transfer = locked->transfer;
    if (auto other = check_approver(transfer, unit.caller()); !other) {
        co_return other.error();
    }
    if (auto open = check_status(transfer, {v1::TRANSFER_STATUS_PENDING}, "approved"); !open) {
        co_return open.error();
    }

    auto before = facts(transfer);
    approve(transfer, unit.caller().user_id, unit.now());
    record(unit, "TRANSFER_APPROVED", transfer.to_branch_id(), std::move(before), transfer);
    if (!request.has_dispatch() || request.dispatch()) {
        send_off(unit, transfer, locked->bike);
    }
    save(unit, transfer);
    co_return transfer;
}

}  // namespace loan_manager::fleet::transfers
