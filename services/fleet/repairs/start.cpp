#include "fleet/repairs/start.hpp"

#include "fleet/repairs/claim.hpp"

namespace loan_manager::fleet::repairs {

void Start::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    const auto id = unit.sound_id("id", request.id());
    add_lock(reads, id);
    add_lines(reads, id);
}

boost::asio::awaitable<rpc::Result<v1::RepairJob>> Start::execute(commands::Unit& unit, const request_type&,
                                                                  std::vector<postgres::Rows>& reads) {
    auto located = claim(unit, reads.at(0), may_work_on);
    if (!located) {
        co_return located.error();
    }
    const v1::RepairJob& before = located->job;
    if (auto startable = check_status(before, {v1::JOB_STATUS_OPEN}); !startable) {
        co_return startable.error();
    }
    if (!before.has_mechanic_id()) {
        co_return rpc::Error("INVALID_STATE", "Assign a mechanic first.");
    }

    v1::RepairJob job = before;
    job.set_status(v1::JOB_STATUS_IN_PROGRESS);
    assign(*job.mutable_started_at(), moment_after(unit, before.opened_at()));
    save(unit, job);
    unit.record(change_of("JOB_STARTED", before, job));
    read_lines(reads.at(1), job);
    co_return job;
}

}  // namespace loan_manager::fleet::repairs
