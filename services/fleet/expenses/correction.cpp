#include "fleet/expenses/correction.hpp"

#include "access/reach.hpp"
#include "fleet/expenses/rules.hpp"

namespace loan_manager::fleet::expenses {

void add_correction(postgres::Batch& reads, const std::string& expense_id) {
    // The expense decides about scope, not its bike, which may be elsewhere by now (D-903).
    bikes::add_lock_of(reads, bikes::Part::expense, expense_id, access::Reach::everything());
    add_lock(reads, expense_id);
    ledger::add_find(reads, ledger::Source::expenses, expense_id);
}

rpc::Result<Correction> read_correction(commands::Unit& unit, const std::vector<postgres::Rows>& reads,
                                        const std::optional<bikes::BranchRow>& moves_to) {
    const auto stored = read_found(reads.at(1));
    if (!stored) {
        return stored.error();
    }
    const v1::Expense& expense = stored->expense;
    const auto permission = permission_to_correct(expense.post_sale());
    if (!access::allowed(unit.caller(), permission)) {
        return rpc::forbidden();
    }
    const auto reach = access::reach(unit.caller(), permission);
    if (!reach.covers(expense.branch_id(), stored->company_id) ||
        (moves_to && !reach.covers(moves_to->place.branch_id, moves_to->place.company_id))) {
        return rpc::out_of_scope();
    }
    if (auto current = commands::check_version(unit.context(), expense.version()); !current) {
        return current.error();
    }
    auto locked = bikes::read_locked(reads.at(0));
    if (!locked) {
        return locked.error();
    }
    if (auto correctable = check_correctable(locked->bike, expense); !correctable) {
        return correctable.error();
    }
    const auto booked = ledger::read_found(reads.at(2));
    if (!booked) {
        return booked.error();
    }
    Correction correction;
    correction.bike = std::move(locked->bike);
    correction.expense = expense;
    correction.booked = *booked;
    return correction;
}

void record(commands::Unit& unit, const char* action, const v1::Expense& expense, boost::json::object before,
            boost::json::object after, const std::string& reason) {
    commands::Change change;
    change.action = action;
    change.entity_type = "expense";
    change.entity_id = expense.id();
    change.branch_id = expense.branch_id();
    change.bicycle_id = expense.bicycle_id();
    change.reason = reason;
    change.old_values = std::move(before);
    change.new_values = std::move(after);
    change.payload = {{"branch_id", expense.branch_id()}, {"post_sale", expense.post_sale()}};
    unit.record(std::move(change));
}

}  // namespace loan_manager::fleet::expenses
