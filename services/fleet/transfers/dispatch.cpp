#include "fleet/transfers/dispatch.hpp"

#include "fleet/bikes/state.hpp"
#include "fleet/transfers/admission.hpp"
#include "fleet/transfers/repository.hpp"
#include "fleet/transfers/rules.hpp"

namespace loan_manager::fleet::transfers {

void send_off(commands::Unit& unit, v1::Transfer& transfer, v1::Bike& bike, const Costs& costs) {
    auto before = facts(transfer);
    apply(costs, transfer);
    dispatch(transfer, unit.caller().user_id, unit.now());
    bikes::send_off(bike);
    bikes::save_state(unit, bike);
    record(unit, "TRANSFER_DISPATCHED", transfer.from_branch_id(), std::move(before), transfer);
}

void Dispatch::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    for (const auto& issue : check(costs_of(request))) {
        unit.issue(issue.field, issue.issue);
    }
    add_lock(reads, unit.sound_id("id", request.id()));
}

boost::asio::awaitable<rpc::Result<v1::Transfer>> Dispatch::execute(commands::Unit& unit, const request_type& request,
                                                                    std::vector<postgres::Rows>& reads) {
    auto locked = admit(unit, read_locked(reads), access::Permission::transfers_move, End::source);
    if (!locked) {
        co_return locked.error();
    }
    auto& transfer = locked->transfer;
    if (auto open = check_status(transfer, {v1::TRANSFER_STATUS_APPROVED}, "dispatched"); !open) {
        co_return open.error();
    }

    send_off(unit, transfer, locked->bike, costs_of(request));
    save(unit, transfer);
    co_return transfer;
}

}  // namespace loan_manager::fleet::transfers
