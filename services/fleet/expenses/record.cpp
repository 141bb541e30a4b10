// A new expense.
#include "access/reach.hpp"
#include "commands/admit.hpp"
#include "fleet/bikes/rows.hpp"
#include "fleet/expenses/commands.hpp"
#include "fleet/expenses/rows.hpp"
#include "fleet/expenses/rules.hpp"
#include "fleet/ledger/rows.hpp"
#include "fleet/organisation/held_branch.hpp"
#include "runtime/uuid.hpp"
#include "sql/proto_values.hpp"

namespace loan_manager::fleet::expenses {

Answer record_expense(CommandContext& command, const v1::RecordExpenseRequest& request) {
    const auto permission = permission_to_record(request.post_sale());
    const auto reach = access::reach(command.caller(), permission);
    command.issues(check(request, command.today()));
    const auto lock = bikes::add_lock(command.reads(), command.sound_id("bicycle_id", request.bicycle_id()), reach);
    const auto place =
        organisation::add_held_branch(command.reads(), command.sound_id("branch_id", request.branch_id()));
    // The route lets both kinds in; which of them is needed, only the request says. Before everything else (D-212).
    if (!access::allowed(command.caller(), permission)) {
        co_return rpc::forbidden(command.caller());
    }
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }

    const auto branch = command[place];
    if (request.has_branch_id() && !branch) {
        command.issue("branch_id", validate::issue::not_found);
    }
    auto locked = commands::admit(command, command[lock], [&](const bikes::Locked& row) {
        return row.covered && (!branch || reach.covers(branch->place.branch_id, branch->place.company_id));
    });
    if (!locked) {
        co_return locked.error();
    }
    v1::Bike& bike = locked->bike;
    command.issues(check_since_purchase(LM_MAYBE(request, expense_date), bike.procurement_date()));
    if (auto valid = command.valid(); !valid) {
        co_return valid.error();
    }
    if (auto open = check_books_open(bike, request.post_sale()); !open) {
        co_return open.error();
    }

    v1::Expense expense = draft(request, command.today());
    expense.set_id(runtime::new_uuid().to_string());
    expense.set_branch_id(branch ? branch->place.branch_id : bike.current_branch_id());
    expense.set_branch_code(branch ? branch->place.branch_code : bike.current_branch_code());
    insert(command, expense);
    ledger::book(command, entry_of(expense), bike);
    bikes::save(command, bike);
    record_new(command, expense);
    co_return expense;
}

}  // namespace loan_manager::fleet::expenses
