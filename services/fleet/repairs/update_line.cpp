#include "fleet/repairs/update_line.hpp"

#include "fleet/bikes/repository.hpp"
#include "fleet/repairs/claim.hpp"
#include "fleet/values/row_message.hpp"

namespace loan_manager::fleet::repairs {

void UpdateLine::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    const auto job_id = unit.sound_id("id", request.id());
    add_lock(reads, job_id);
    add_line(reads, job_id, unit.sound_id("line_id", request.line_id()));
    bikes::add_active_user(reads, unit.sound_id("mechanic_id", request.line().mechanic_id()));
}

boost::asio::awaitable<rpc::Result<v1::RepairJobLine>> UpdateLine::execute(commands::Unit& unit,
                                                                           const request_type& request,
                                                                           std::vector<postgres::Rows>& reads) {
    if (request.line().has_mechanic_id() && reads.at(2).empty()) {
        unit.issue("mechanic_id", validate::issue::not_found);
    }
    auto located = claim_within_reach(unit, reads.at(0), may_work_on);
    if (!located) {
        co_return located.error();
    }
    const auto before = read_found_line(reads.at(1));
    if (!before) {
        co_return before.error();
    }
    if (auto current = check_line_version(unit, located->job, *before); !current) {
        co_return current.error();
    }
    if (auto changeable = check_changeable(located->job); !changeable) {
        co_return changeable.error();
    }

    v1::RepairJobLine line = *before;
    v1::RepairJob job = located->job;
    apply_patch(request.line(), request.update_mask(), line);
    auto issues = evaluate(line);
    if (issues.empty()) {
        issues = replace_in_totals(job, &*before, &line);
    }
    if (!issues.empty()) {
        co_return rpc::validation(std::move(issues));
    }
    if (is_same(*before, line)) {
        co_return line;
    }
    save(unit, job);
    save_line(unit, job, line);
    auto change = change_of("JOB_UPDATED", located->job, job);
    add_line_change(change, &*before, &line);
    unit.record(std::move(change));
    co_return line;
}

}  // namespace loan_manager::fleet::repairs
