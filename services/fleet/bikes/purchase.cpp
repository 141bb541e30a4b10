// A bike is bought, and what is known of it is put right: B1, D-501, D-502.
#include "access/reach.hpp"
#include "commands/admit.hpp"
#include "fleet/bikes/acquire.hpp"
#include "fleet/bikes/commands.hpp"
#include "fleet/bikes/rows.hpp"
#include "fleet/bikes/rules.hpp"
#include "fleet/ledger/rows.hpp"
#include "fleet/organisation/held_branch.hpp"
#include "runtime/uuid.hpp"
#include "sql/row_message.hpp"

namespace loan_manager::fleet::bikes {
namespace {

/// What both ask about references of the facts.
struct References {
    sql::Handle<std::optional<organisation::HeldBranch>> payment_branch;
    sql::Handle<bool> buyer;
};
template <class Facts>
References add_references(CommandContext& command, const Facts& facts) {
    const auto branch = organisation::add_held_branch(command.reads(),
                                                      command.sound_id("payment_branch_id", facts.payment_branch_id()));
    return References{branch, add_is_active_user(command.reads(), command.sound_id("bought_by", facts.bought_by()))};
}
template <class Facts>
void check_references(CommandContext& command, const Facts& facts, const References& references) {
    if (facts.has_payment_branch_id() && !command[references.payment_branch]) {
        command.issue("payment_branch_id", validate::issue::not_found);
    }
    if (facts.has_bought_by() && !command[references.buyer]) {
        command.issue("bought_by", validate::issue::not_found);
    }
}

void set_payment_branch(v1::Bike& bike, const std::optional<organisation::HeldBranch>& branch) {
    bike.clear_payment_branch_id();
    bike.clear_payment_branch_code();
    if (branch) {
        bike.set_payment_branch_id(branch->place.branch_id);
        bike.set_payment_branch_code(branch->place.branch_code);
    }
}

// Identity as the PATCH would leave it, for the duplicates question: only the keys that are being set.
v1::Bike identity_of(const v1::UpdateBikeRequest& request, const std::string& id) {
    v1::Bike bike;
    apply(request, bike);
    bike.set_id(id);
    return bike;
}

}  // namespace

Answer procure(CommandContext& command, const v1::ProcureBikeRequest& request, std::int32_t stock_number_max) {
    command.issues(check(request, command.today()));
    v1::Bike bike = draft(request, command.today());
    bike.set_id(runtime::new_uuid().to_string());
    const auto at = organisation::add_held_branch(command.reads(), command.sound_id("branch_id", request.branch_id()));
    const auto references = add_references(command, request);
    const auto duplicates = add_duplicates(command, bike);
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }

    const auto branch = command[at];
    if (!branch) {
        command.issue("branch_id", validate::issue::not_found);
    }
    check_references(command, request, references);
    if (auto valid = command.valid(); !valid) {
        co_return valid.error();
    }
    const auto& place = branch->place;
    const auto may_procure = access::reach(command.caller(), access::Permission::bikes_procure);
    if (!may_procure.covers(place.branch_id, place.company_id)) {
        co_return rpc::out_of_scope();
    }
    if (auto twin = command[duplicates]) {
        co_return *std::move(twin);
    }
    if (!branch->is_active) {
        co_return rpc::Error("BRANCH_INACTIVE");
    }

    set_payment_branch(bike, command[references.payment_branch]);
    // Last: from here to the commit the branch's other procurements wait.
    const auto acquired = co_await acquire(command, bike, place, v1::ASSIGN_REASON_PURCHASE, stock_number_max);
    if (!acquired) {
        co_return acquired.error();
    }
    co_return visible_to(command.caller(), std::move(bike));
}

Answer update(CommandContext& command, const v1::UpdateBikeRequest& request) {
    command.issues(check(request, command.today()));
    const std::string id = command.sound_id("id", request.id());
    const auto lock = add_lock(command.reads(), id, access::reach(command.caller(), access::Permission::bikes_update));
    const auto references = add_references(command, request.bike());
    const auto duplicates = add_duplicates(command, identity_of(request, id));
    const auto purchase_entry = ledger::add_find(command.reads(), ledger::Source::bicycles, id);
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }

    check_references(command, request.bike(), references);
    const auto locked = admit(command, lock);
    if (!locked) {
        co_return locked.error();
    }
    const v1::Bike& before = locked->bike;
    if (auto patchable = check_patchable(before, request); !patchable) {
        co_return patchable.error();
    }
    if (auto twin = command[duplicates]) {
        co_return *std::move(twin);
    }

    v1::Bike after = before;
    apply(request, after);
    if (sql::names(request.update_mask(), "payment_branch_id")) {
        set_payment_branch(after, command[references.payment_branch]);
    }
    if (!bike_table().compare(before, after).empty()) {
        if (after.purchase_price() != before.purchase_price()) {
            const auto booked = command[purchase_entry];
            if (!booked) {
                co_return booked.error();
            }
            auto corrected = ledger::purchase_of(after);
            corrected.entry_date = runtime::format_date(command.today());
            corrected.description = "Corrected purchase price of " + before.current_stock_number();
            ledger::rebook(command, *booked, corrected, after);
        }
        save(command, after);
        record(command, "BIKE_UPDATED", before, after, request.bike().reason());
    }
    co_return visible_to(command.caller(), std::move(after));
}

}  // namespace loan_manager::fleet::bikes
