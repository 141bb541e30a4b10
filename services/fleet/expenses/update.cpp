#include "fleet/expenses/update.hpp"

#include "fleet/bikes/repository.hpp"
#include "fleet/expenses/correction.hpp"
#include "fleet/expenses/repository.hpp"
#include "fleet/expenses/rules.hpp"
#include "fleet/ledger/repository.hpp"
#include "fleet/values/row_message.hpp"

namespace loan_manager::fleet::expenses {

void Update::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    for (const auto& issue : check(request, unit.today())) {
        unit.issue(issue.field, issue.issue);
    }
    add_correction(reads, unit.sound_id("id", request.id()));
    bikes::add_branch(reads, unit.sound_id("branch_id", request.expense().branch_id()));
}

boost::asio::awaitable<rpc::Result<v1::Expense>> Update::execute(commands::Unit& unit, const request_type& request,
                                                                 std::vector<postgres::Rows>& reads) {
    const auto branch = bikes::read_branch(reads.at(3));
    if (request.expense().has_branch_id() && !branch) {
        unit.issue("branch_id", validate::issue::not_found);
    }
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }
    auto correction = read_correction(unit, reads, branch);
    if (!correction) {
        co_return correction.error();
    }

    const v1::Expense& before = correction->expense;
    v1::Expense after = before;
    apply_patch(request.expense(), request.update_mask(), after, {"branch_id"});
    if (branch) {
        after.set_branch_id(branch->place.branch_id);
        after.set_branch_code(branch->place.branch_code);
    }
    auto old_values = facts(before);
    auto new_values = facts(after);
    if (old_values == new_values) {
        co_return before;
    }

    save(unit, after);
    if (needs_rebooking(before, after)) {
        ledger::rebook(unit, correction->booked, entry_of(after), correction->bike);
    }
    if (after.amount() != before.amount()) {
        bikes::save_state(unit, correction->bike);
    }
    commands::keep_changed(old_values, new_values);
    record(unit, "EXPENSE_UPDATED", after, std::move(old_values), std::move(new_values));
    co_return after;
}

}  // namespace loan_manager::fleet::expenses
