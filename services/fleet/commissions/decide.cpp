// What becomes of a commission: C2 to C4.
#include "access/reach.hpp"
#include "commands/admit.hpp"
#include "fleet/commissions/commands.hpp"
#include "fleet/commissions/rows.hpp"
#include "fleet/commissions/rules.hpp"
#include "sql/proto_values.hpp"

namespace loan_manager::fleet::commissions {
namespace {

using access::Permission;

// D-212 up to the personal rule: nobody decides about what he himself is paid.
rpc::Result<Locked> admit(const CommandContext& command, const Lock& lock, Permission permission) {
    const auto reach = access::reach(command.caller(), permission);
    auto locked = commands::admit(
        command, command[lock], [&](const Locked& found) { return found.covered_by(reach); },
        [](const Locked& found) { return found.commission.version(); });
    if (locked) {
        if (auto other = check_decider(locked->commission, command.caller()); !other) {
            return other.error();
        }
    }
    return locked;
}

v1::Commission finish(CommandContext& command, const char* action, const v1::Commission& before, Locked& locked) {
    auto& commission = locked.commission;
    save(command, commission);
    record(command, action, locked.sale, before, commission, commission.reject_reason());
    return visible_to(command.caller(), locked);
}

}  // namespace

Answer approve(CommandContext& command, const v1::ApproveCommissionRequest& request) {
    const auto lock = add_lock(command.reads(), command.sound_id("id", request.id()));
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    auto locked = admit(command, lock, Permission::commissions_approve);
    if (!locked) {
        co_return locked.error();
    }
    auto& commission = locked->commission;
    if (auto ready = check_reviewable(locked->sale.status, commission); !ready) {
        co_return ready.error();
    }

    const v1::Commission before = commission;
    commission.set_status(v1::COMMISSION_STATUS_APPROVED);
    commission.set_approved_by(command.caller().user_id);
    sql::assign(*commission.mutable_approved_at(), command.now());
    co_return finish(command, "COMMISSION_APPROVED", before, *locked);
}

Answer reject(CommandContext& command, const v1::RejectCommissionRequest& request) {
    const auto lock = add_lock(command.reads(), command.sound_id("id", request.id()));
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    auto locked = admit(command, lock, Permission::commissions_approve);
    if (!locked) {
        co_return locked.error();
    }
    auto& commission = locked->commission;
    if (auto ready = check_reviewable(locked->sale.status, commission); !ready) {
        co_return ready.error();
    }

    const v1::Commission before = commission;
    commission.set_status(v1::COMMISSION_STATUS_REJECTED);
    commission.set_rejected_by(command.caller().user_id);
    sql::assign(*commission.mutable_rejected_at(), command.now());
    commission.set_reject_reason(request.reason());
    co_return finish(command, "COMMISSION_REJECTED", before, *locked);
}

Answer pay(CommandContext& command, const v1::PayCommissionRequest& request) {
    const auto lock = add_lock(command.reads(), command.sound_id("id", request.id()));
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    auto locked = admit(command, lock, Permission::commissions_pay);
    if (!locked) {
        co_return locked.error();
    }
    auto& commission = locked->commission;
    if (auto ready = check_payable(locked->sale.status, commission); !ready) {
        co_return ready.error();
    }

    const v1::Commission before = commission;
    commission.set_status(v1::COMMISSION_STATUS_PAID);
    commission.set_paid_by(command.caller().user_id);
    sql::assign(*commission.mutable_paid_at(), command.now());
    commission.set_payment_reference(request.payment_reference());
    co_return finish(command, "COMMISSION_PAID", before, *locked);
}

}  // namespace loan_manager::fleet::commissions
