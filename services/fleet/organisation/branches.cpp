// Branches are opened and changed, and their stock counters raised.
#include "access/reach.hpp"
#include "commands/admit.hpp"
#include "fleet/organisation/commands.hpp"
#include "fleet/organisation/rows.hpp"
#include "fleet/organisation/rules.hpp"
#include "fleet/stock_numbers/counter.hpp"
#include "runtime/uuid.hpp"
#include "sql/row_message.hpp"

namespace loan_manager::fleet::organisation {
namespace {

access::Reach managed_by(const CommandContext& command) {
    return access::reach(command.caller(), access::Permission::branches_manage);
}

std::int32_t version_of(const v1::Branch& branch) { return branch.version(); }

}  // namespace

Answer<v1::Branch> create_branch(CommandContext& command, const v1::CreateBranchRequest& request) {
    const auto named = add_owner(command.reads(), command.sound_id("company_id", request.company_id()));
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    const auto owner = command[named];
    if (!owner) {
        command.issue("company_id", validate::issue::not_found);
    }
    if (auto valid = command.valid(); !valid) {
        co_return valid.error();
    }
    if (!managed_by(command).covers("", owner->id())) {
        co_return rpc::out_of_scope();
    }
    v1::Branch branch;
    sql::copy_fields(request, branch, {"company_id"});
    branch.set_id(runtime::new_uuid().to_string());
    branch.set_company_id(owner->id());
    branch.set_company_code(owner->code());
    branch.set_is_active(!request.has_is_active() || request.is_active());
    if (auto owned = check_owner(branch, *owner); !owned) {
        co_return owned.error();
    }
    insert(command, branch);
    record_new(command, branch);
    stock_numbers::start_counter(command, branch.id());
    co_return branch;
}

Answer<v1::Branch> update_branch(CommandContext& command, const v1::UpdateBranchRequest& request) {
    const auto id = command.sound_id("id", request.id());
    const bool moves = request.branch().has_company_id();
    const auto lock = add_lock_branch(command.reads(), id);
    const auto use = add_branch_use(command.reads(), id);
    const auto named = moves ? add_owner(command.reads(), command.sound_id("company_id", request.branch().company_id()))
                             : add_owner_of(command.reads(), id);
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    const auto owner = command[named];
    if (moves && !owner) {
        command.issue("company_id", validate::issue::not_found);
    }
    const auto covered = [&, reach = managed_by(command)](const v1::Branch& branch) {
        return reach.covers(branch.id(), branch.company_id()) && reach.covers(branch.id(), owner->id());
    };
    const auto before = commands::admit(command, command[lock], covered, &version_of);
    if (!before) {
        co_return before.error();
    }
    v1::Branch after = *before;
    sql::apply_patch(request.branch(), request.update_mask(), after, {"company_id"});
    after.set_company_id(owner->id());
    after.set_company_code(owner->code());
    if (auto allowed = check_change(*before, after, command[use], *owner); !allowed) {
        co_return allowed.error();
    }
    if (!branch_table().compare(*before, after).empty()) {
        save(command, after);
        record(command, "BRANCH_UPDATED", *before, after);
    }
    co_return after;
}

Answer<v1::StockCounter> raise_counter(CommandContext& command, const v1::RaiseStockCounterRequest& request,
                                       std::int32_t stock_number_max) {
    if (request.has_last_number() && request.last_number() > stock_number_max) {
        command.issue("last_number", validate::issue::out_of_range);
    }
    const auto id = command.sound_id("id", request.id());
    const auto lock = add_lock_branch(command.reads(), id);
    const auto counted = stock_numbers::add_lock_counter(command.reads(), id);
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    const auto covered = [reach = managed_by(command)](const v1::Branch& branch) {
        return reach.covers(branch.id(), branch.company_id());
    };
    auto branch = commands::admit(command, command[lock], covered, &version_of);
    if (!branch) {
        co_return branch.error();
    }
    auto counter = command[counted].value();
    const std::int32_t from = counter.last_number;
    const std::int32_t to = request.last_number();
    if (to < from) {
        co_return rpc::Error("INVALID_STATE", "The branch has issued number " + std::to_string(from) +
                                                  " already; a counter is never lowered.");
    }

    if (to > from) {
        save(command, *branch);
        record_raised(command, *branch, from, to);
        stock_numbers::raise_counter(command, place_of(*branch), from, to, stock_number_max);
        counter.last_number = to;
    }
    co_return counter_row(*branch, counter, stock_number_max);
}

}  // namespace loan_manager::fleet::organisation
