// The destination decides, and the bike leaves: T2, T3, T5.
#include "fleet/bikes/state.hpp"
#include "fleet/transfers/commands.hpp"
#include "fleet/transfers/rows.hpp"
#include "fleet/transfers/rules.hpp"

namespace loan_manager::fleet::transfers {
namespace {

// T3: an audit row of its own, also where it follows an approval.
void send_off(CommandContext& command, v1::Transfer& transfer, v1::Bike& bike, const Costs& costs) {
    const v1::Transfer before = transfer;
    apply(costs, transfer);
    dispatch(transfer, command.caller().user_id, command.now());
    bikes::send_off(bike);
    bikes::save(command, bike);
    record(command, "TRANSFER_DISPATCHED", transfer.from_branch_id(), before, transfer);
}

}  // namespace

Answer approve(CommandContext& command, const v1::ApproveTransferRequest& request) {
    const auto lock = add_lock(command.reads(), command.sound_id("id", request.id()));
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    auto locked = admit(command, lock, access::Permission::transfers_approve, End::destination);
    if (!locked) {
        co_return locked.error();
    }
    auto& transfer = locked->transfer;
    if (auto other = check_approver(transfer, command.caller()); !other) {
        co_return other.error();
    }
    if (auto open = check_status(transfer, {v1::TRANSFER_STATUS_PENDING}, "approved"); !open) {
        co_return open.error();
    }

    const v1::Transfer before = transfer;
    approve(transfer, command.caller().user_id, command.now());
    record(command, "TRANSFER_APPROVED", transfer.to_branch_id(), before, transfer);
    if (!request.has_dispatch() || request.dispatch()) {
        send_off(command, transfer, locked->bike, Costs());
    }
    save(command, transfer);
    co_return transfer;
}

Answer dispatch(CommandContext& command, const v1::DispatchTransferRequest& request) {
    command.issues(check(costs_of(request)));
    const auto lock = add_lock(command.reads(), command.sound_id("id", request.id()));
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    auto locked = admit(command, lock, access::Permission::transfers_move, End::source);
    if (!locked) {
        co_return locked.error();
    }
    auto& transfer = locked->transfer;
    if (auto open = check_status(transfer, {v1::TRANSFER_STATUS_APPROVED}, "dispatched"); !open) {
        co_return open.error();
    }

    send_off(command, transfer, locked->bike, costs_of(request));
    save(command, transfer);
    co_return transfer;
}

Answer reject(CommandContext& command, const v1::CloseTransferRequest& request) {
    const auto lock = add_lock(command.reads(), command.sound_id("id", request.id()));
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    auto locked = admit(command, lock, access::Permission::transfers_approve, End::destination);
    if (!locked) {
        co_return locked.error();
    }
    auto& transfer = locked->transfer;
    if (auto open = check_status(transfer, {v1::TRANSFER_STATUS_PENDING, v1::TRANSFER_STATUS_APPROVED}, "rejected");
        !open) {
        co_return open.error();
    }

    const v1::Transfer before = transfer;
    reject(transfer, command.caller().user_id, command.now(), request.reason());
    bikes::return_from_transfer(locked->bike);
    save(command, transfer);
    bikes::save(command, locked->bike);
    record(command, "TRANSFER_REJECTED", transfer.to_branch_id(), before, transfer);
    co_return transfer;
}

}  // namespace loan_manager::fleet::transfers
