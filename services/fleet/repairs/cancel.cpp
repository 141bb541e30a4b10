#include "fleet/repairs/cancel.hpp"

#include "fleet/bikes/repository.hpp"
#include "fleet/bikes/state.hpp"
#include "fleet/repairs/claim.hpp"

namespace loan_manager::fleet::repairs {

void Cancel::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    const auto id = unit.sound_id("id", request.id());
    bikes::add_lock_of(reads, bikes::Part::repair_job, id, access::Reach::everything());
    add_lock(reads, id);
    add_lines(reads, id);
    add_has_other_stock_job(reads, id);
}

boost::asio::awaitable<rpc::Result<v1::RepairJob>> Cancel::execute(commands::Unit& unit, const request_type& request,
                                                                   std::vector<postgres::Rows>& reads) {
    auto located = claim(unit, reads.at(1), may_manage);
    if (!located) {
        co_return located.error();
    }
    const v1::RepairJob& before = located->job;
    if (auto cancellable = check_changeable(before); !cancellable) {
        co_return cancellable.error();
    }

    v1::RepairJob job = before;
    job.set_status(v1::JOB_STATUS_CANCELLED);
    assign(*job.mutable_cancelled_at(),
           moment_after(unit, before.has_started_at() ? before.started_at() : before.opened_at()));
    job.set_cancel_reason(request.reason());
    if (is_stock_job(job) && !read_has_other_stock_job(reads.at(3))) {
        auto bike = std::move(bikes::read_locked(reads.at(0)).value().bike);
        bikes::return_to_stock(bike);
        bikes::save_state(unit, bike);
    }
    save(unit, job);
    auto change = change_of("JOB_CANCELLED", before, job);
    change.reason = request.reason();
    unit.record(std::move(change));
    read_lines(reads.at(2), job);
    co_return job;
}

}  // namespace loan_manager::fleet::repairs
