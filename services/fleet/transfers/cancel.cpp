// A transfer is called off: T6, T7.
#include "access/reach.hpp"
#include "commands/admit.hpp"
#include "fleet/bikes/state.hpp"
#include "fleet/transfers/commands.hpp"
#include "fleet/transfers/rows.hpp"
#include "fleet/transfers/rules.hpp"

namespace loan_manager::fleet::transfers {
namespace {

using access::Permission;

/// What the caller is to this transfer. Which of it counts depends on how far the transfer has come.
struct Standing {
    bool requester = false;     ///< Asked for it himself and may still ask for transfers.
    bool moves_source = false;  ///< transfers:move @source
    bool cancels_any = false;   ///< transfers:cancel_any
    bool in_reach = false;      ///< Covers the end that matters, whatever he may do there.
};

Standing standing_of(const access::Identity& caller, const StoredTransfer& stored) {
    const bool pending = stored.transfer.status() == v1::TRANSFER_STATUS_PENDING;
    const auto reach = access::reach(caller, Permission::transfers_request, Permission::transfers_move);
    Standing standing;
    standing.requester =
        stored.transfer.requested_by() == caller.user_id && access::allowed(caller, Permission::transfers_request);
    standing.moves_source = stored.covered_by(access::reach(caller, Permission::transfers_move), End::source);
    standing.cancels_any = stored.covered_by(access::reach(caller, Permission::transfers_cancel_any));
    standing.in_reach = standing.requester || standing.cancels_any ||
                        (pending ? stored.covered_by(reach, End::source) : stored.covered_by(reach));
    return standing;
}

/// T6: the requester or whoever moves bikes at the source; T7: only transfers:cancel_any. FORBIDDEN.
rpc::Result<void> check_may_cancel(const v1::Transfer& transfer, const Standing& standing) {
    switch (transfer.status()) {
        case v1::TRANSFER_STATUS_PENDING:
            if (!standing.requester && !standing.moves_source && !standing.cancels_any) {
                return rpc::Error("FORBIDDEN",
                                  "Only its requester or a manager of its branch may cancel this transfer.");
            }
            return {};
        case v1::TRANSFER_STATUS_APPROVED:
        case v1::TRANSFER_STATUS_IN_TRANSIT:
            if (!standing.cancels_any) {
                return rpc::Error("FORBIDDEN", "A transfer that has been approved can only be cancelled by an admin.");
            }
            return {};
        default:
            return {};  // closed: its state is what stands against it
    }
}

}  // namespace

Answer cancel(CommandContext& command, const v1::CloseTransferRequest& request) {
    const auto lock = add_lock(command.reads(), command.sound_id("id", request.id()));
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    auto locked = commands::admit(
        command, command[lock], [&](const Locked& found) { return standing_of(command.caller(), found).in_reach; },
        [](const Locked& found) { return found.transfer.version(); });
    if (!locked) {
        co_return locked.error();
    }
    auto& transfer = locked->transfer;
    if (auto may = check_may_cancel(transfer, standing_of(command.caller(), *locked)); !may) {
        co_return may.error();
    }
    if (auto open = check_status(
            transfer, {v1::TRANSFER_STATUS_PENDING, v1::TRANSFER_STATUS_APPROVED, v1::TRANSFER_STATUS_IN_TRANSIT},
            "cancelled");
        !open) {
        co_return open.error();
    }

    const v1::Transfer before = transfer;
    cancel(transfer, command.caller().user_id, command.now(), request.reason());
    bikes::return_from_transfer(locked->bike);
    save(command, transfer);
    bikes::save(command, locked->bike);
    record(command, "TRANSFER_CANCELLED", transfer.from_branch_id(), before, transfer);
    co_return transfer;
}

}  // namespace loan_manager::fleet::transfers
