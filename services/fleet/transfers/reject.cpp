#include "fleet/transfers/reject.hpp"

#include "fleet/bikes/state.hpp"
#include "fleet/transfers/admission.hpp"
#include "fleet/transfers/repository.hpp"
#include "fleet/transfers/rules.hpp"

namespace loan_manager::fleet::transfers {

void Reject::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    add_lock(reads, unit.sound_id("id", request.id()));
}

boost::asio::awaitable<rpc::Result<v1::Transfer>> Reject::execute(commands::Unit& unit, const request_type& request,
                                                                  std::vector<postgres::Rows>& reads) {
    auto locked = admit(unit, read_locked(reads), access::Permission::transfers_approve, End::destination);
    if (!locked) {
        co_return locked.error();
    }
    auto& transfer = locked->transfer;
    if (auto open = check_status(transfer, {v1::TRANSFER_STATUS_PENDING, v1::TRANSFER_STATUS_APPROVED}, "rejected");
        !open) {
        co_return open.error();
    }

    auto before = facts(transfer);
    reject(transfer, unit.caller().user_id, unit.now(), request.reason());
    bikes::return_from_transfer(locked->bike);
    save(unit, transfer);
    bikes::save_state(unit, locked->bike);
    record(unit, "TRANSFER_REJECTED", transfer.to_branch_id(), std::move(before), transfer);
    co_return transfer;
}

}  // namespace loan_manager::fleet::transfers
