#include "fleet/transfers/cancel.hpp"

#include "access/reach.hpp"
#include "fleet/bikes/state.hpp"
#include "fleet/transfers/repository.hpp"
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
    standing.moves_source = stored.source_within(access::reach(caller, Permission::transfers_move));
    standing.cancels_any = stored.within(access::reach(caller, Permission::transfers_cancel_any));
    standing.in_reach =
        standing.requester || standing.cancels_any || (pending ? stored.source_within(reach) : stored.within(reach));
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

void Cancel::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    add_lock(reads, unit.sound_id("id", request.id()));
}

boost::asio::awaitable<rpc::Result<v1::Transfer>> Cancel::execute(commands::Unit& unit, const request_type& request,
                                                                  std::vector<postgres::Rows>& reads) {
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }
    auto locked = read_locked(reads);
    if (!locked) {
        co_return locked.error();
    }
    auto& transfer = locked->transfer;
    const auto standing = standing_of(unit.caller(), *locked);
    if (!standing.in_reach) {
        co_return rpc::out_of_scope();
    }
    if (auto current = commands::check_version(unit.context(), transfer.version()); !current) {
        co_return current.error();
    }
    if (auto may = check_may_cancel(transfer, standing); !may) {
        co_return may.error();
    }
    if (auto open = check_status(
            transfer, {v1::TRANSFER_STATUS_PENDING, v1::TRANSFER_STATUS_APPROVED, v1::TRANSFER_STATUS_IN_TRANSIT},
            "cancelled");
        !open) {
        co_return open.error();
    }

    auto before = facts(transfer);
    cancel(transfer, unit.caller().user_id, unit.now(), request.reason());
    bikes::return_from_transfer(locked->bike);
    save(unit, transfer);
    bikes::save_state(unit, locked->bike);
    record(unit, "TRANSFER_CANCELLED", transfer.from_branch_id(), std::move(before), transfer);
    co_return transfer;
}

}  // namespace loan_manager::fleet::transfers
