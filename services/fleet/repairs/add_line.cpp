#include "fleet/repairs/add_line.hpp"

#include "fleet/bikes/repository.hpp"
#include "fleet/repairs/claim.hpp"

namespace loan_manager::fleet::repairs {

void AddLine::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    draft_ = draft(request);
    for (const auto& issue : evaluate(draft_)) {
        unit.issue(issue.field, issue.issue);
    }
    add_lock(reads, unit.sound_id("id", request.id()));
    bikes::add_active_user(reads, unit.sound_id("mechanic_id", request.mechanic_id()));
}

boost::asio::awaitable<rpc::Result<v1::RepairJobLine>> AddLine::execute(commands::Unit& unit,
                                                                        const request_type& request,
                                                                        std::vector<postgres::Rows>& reads) {
    if (request.has_mechanic_id() && reads.at(1).empty()) {
        unit.issue("mechanic_id", validate::issue::not_found);
    }
    auto located = claim(unit, reads.at(0), may_work_on);
    if (!located) {
        co_return located.error();
    }
    const v1::RepairJob& before = located->job;
    if (auto changeable = check_changeable(before); !changeable) {
        co_return changeable.error();
    }

    v1::RepairJobLine line = draft_;
    v1::RepairJob job = before;
    for (const auto& issue : replace_in_totals(job, nullptr, &line)) {
        unit.issue(issue.field, issue.issue);
    }
    if (auto storable = unit.valid(); !storable) {
        co_return storable.error();
    }
    save(unit, job);
    insert_line(unit, job, line);
    auto change = change_of("JOB_UPDATED", before, job);
    add_line_change(change, nullptr, &line);
    unit.record(std::move(change));
    co_return line;
}

}  // namespace loan_manager::fleet::repairs
