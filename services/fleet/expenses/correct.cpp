// An expense is corrected or taken back: what both have in common, and each of them.
#include "access/reach.hpp"
#include "commands/admit.hpp"
#include "fleet/bikes/rows.hpp"
#include "fleet/expenses/commands.hpp"
#include "fleet/expenses/rows.hpp"
#include "fleet/expenses/rules.hpp"
#include "fleet/ledger/rows.hpp"
#include "fleet/organisation/held_branch.hpp"
#include "sql/proto_values.hpp"
#include "sql/row_message.hpp"

namespace loan_manager::fleet::expenses {
namespace {

/// What a correction must know: the expense and its bike under lock, and the ledger entry that books it.
struct Reads {
    Lock lock;
    sql::Handle<rpc::Result<ledger::Booked>> booked;
};
struct Correction : Locked {
    ledger::Booked booked;
};

Reads add_reads(CommandContext& command, const std::string& id) {
    const auto lock = add_lock(command.reads(), id);
    return Reads{lock, ledger::add_find(command.reads(), ledger::Source::expenses, id)};
}

// Which kind of expense it is decides who may correct it, so that FORBIDDEN can only follow NOT_FOUND here; then D-212.
rpc::Result<Correction> admit(CommandContext& command, const Reads& reads,
                              const std::optional<organisation::HeldBranch>& moves_to = std::nullopt,
                              const std::optional<std::string>& new_date = std::nullopt) {
    auto found = command[reads.lock];
    if (auto valid = command.valid(); !valid) {
        return valid.error();
    }
    if (!found) {
        return std::move(found).error();
    }
    const auto permission = permission_to_correct(found->expense.post_sale());
    if (!access::allowed(command.caller(), permission)) {
        return rpc::forbidden(command.caller());
    }
    const auto reach = access::reach(command.caller(), permission);
    auto locked = commands::admit(command, std::move(found), [&](const Locked& row) {
        return row.covered_by(reach) &&
               (!moves_to || reach.covers(moves_to->place.branch_id, moves_to->place.company_id));
    });
    if (!locked) {
        return std::move(locked).error();
    }
    // A value that only the bike can judge: after scope, before the tag.
    command.issues(check_since_purchase(new_date, locked->bike.procurement_date()));
    if (auto valid = command.valid(); !valid) {
        return valid.error();
    }
    if (auto current = commands::check_version(command.call(), locked->expense.version()); !current) {
        return current.error();
    }
    if (auto correctable = check_correctable(locked->bike, locked->expense); !correctable) {
        return correctable.error();
    }
    const auto booked = command[reads.booked];
    if (!booked) {
        return booked.error();
    }
    Correction correction;
    static_cast<Locked&>(correction) = std::move(*locked);
    correction.booked = *booked;
    return correction;
}

}  // namespace

Answer update_expense(CommandContext& command, const v1::UpdateExpenseRequest& request) {
    command.issues(check(request, command.today()));
    const auto reads = add_reads(command, command.sound_id("id", request.id()));
    const auto place =
        organisation::add_held_branch(command.reads(), command.sound_id("branch_id", request.expense().branch_id()));
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    const auto branch = command[place];
    if (request.expense().has_branch_id() && !branch) {
        command.issue("branch_id", validate::issue::not_found);
    }
    auto correction = admit(command, reads, branch, LM_MAYBE(request.expense(), expense_date));
    if (!correction) {
        co_return correction.error();
    }

    const v1::Expense& before = correction->expense;
    v1::Expense after = before;
    sql::apply_patch(request.expense(), request.update_mask(), after, {"branch_id"});
    if (branch) {
        after.set_branch_id(branch->place.branch_id);
        after.set_branch_code(branch->place.branch_code);
    }
    if (expense_table().compare(before, after).empty()) {
        co_return before;
    }
    save(command, after);
    if (needs_rebooking(before, after)) {
        ledger::rebook(command, correction->booked, entry_of(after), correction->bike);
    }
    if (after.amount() != before.amount()) {
        bikes::save(command, correction->bike);
    }
    record(command, "EXPENSE_UPDATED", before, after);
    co_return after;
}

Answer void_expense(CommandContext& command, const v1::VoidExpenseRequest& request) {
    const auto reads = add_reads(command, command.sound_id("id", request.id()));
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    auto correction = admit(command, reads);
    if (!correction) {
        co_return correction.error();
    }

    v1::Expense expense = correction->expense;
    expense.set_voided_by(command.caller().user_id);
    sql::assign(*expense.mutable_voided_at(), command.now());
    expense.set_void_reason(request.reason());
    save(command, expense);
    ledger::reverse(command, correction->booked, "Voided: " + request.reason(), correction->bike);
    bikes::save(command, correction->bike);
    record(command, "EXPENSE_VOIDED", correction->expense, expense, request.reason());
    co_return expense;
}

}  // namespace loan_manager::fleet::expenses
