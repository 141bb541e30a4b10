#include "fleet/expenses/record.hpp"

#include "access/reach.hpp"
#include "fleet/bikes/repository.hpp"
#include "fleet/expenses/correction.hpp"
#include "fleet/expenses/repository.hpp"
#include "fleet/expenses/rules.hpp"
#include "fleet/ledger/repository.hpp"
#include "runtime/uuid.hpp"

namespace loan_manager::fleet::expenses {

void Record::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    for (const auto& issue : check(request, unit.today())) {
        unit.issue(issue.field, issue.issue);
    }
    bikes::add_lock(reads, unit.sound_id("bicycle_id", request.bicycle_id()),
                    access::reach(unit.caller(), permission_to_record(request.post_sale())));
    bikes::add_branch(reads, unit.sound_id("branch_id", request.branch_id()));
}

boost::asio::awaitable<rpc::Result<v1::Expense>> Record::execute(commands::Unit& unit, const request_type& request,
                                                                 std::vector<postgres::Rows>& reads) {
    const auto branch = bikes::read_branch(reads.at(1));
    if (request.has_branch_id() && !branch) {
        unit.issue("branch_id", validate::issue::not_found);
    }
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }

    auto locked = bikes::read_locked(reads.at(0));
    if (!locked) {
        co_return locked.error();
    }
    v1::Bike& bike = locked->bike;
    const auto reach = access::reach(unit.caller(), permission_to_record(request.post_sale()));
    const bool covers_branch = !branch || reach.covers(branch->place.branch_id, branch->place.company_id);
    if (!locked->covered || !covers_branch) {
        co_return rpc::out_of_scope();
    }
    if (auto open = check_books_open(bike, request.post_sale()); !open) {
        co_return open.error();
    }

    v1::Expense expense = draft(request, unit.today());
    expense.set_id(runtime::new_uuid().to_string());
    expense.set_branch_id(branch ? branch->place.branch_id : bike.current_branch_id());
    expense.set_branch_code(branch ? branch->place.branch_code : bike.current_branch_code());
    insert(unit, expense);
    ledger::book(unit, entry_of(expense), bike);
    bikes::save_state(unit, bike);

    boost::json::object shown = facts(expense);
    shown["bicycle_id"] = expense.bicycle_id();
    shown["post_sale"] = expense.post_sale();
    record(unit, "EXPENSE_RECORDED", expense, {}, std::move(shown));
    co_return expense;
}

}  // namespace loan_manager::fleet::expenses
