#include "fleet/repairs/complete.hpp"

#include "fleet/bikes/repository.hpp"
#include "fleet/bikes/state.hpp"
#include "fleet/ledger/repository.hpp"
#include "fleet/repairs/claim.hpp"

namespace loan_manager::fleet::repairs {
namespace {

// D-703: what the company pays for the job.
ledger::Entry cost_of(const v1::RepairJob& job, runtime::Date today) {
    ledger::Entry entry;
    entry.type = v1::LEDGER_ENTRY_TYPE_REPAIR;
    entry.source = ledger::Source::repair_jobs;
    entry.source_id = job.id();
    entry.bicycle_id = job.bicycle_id();
    entry.branch_id = job.branch_id();
    entry.amount = job.total_cost();
    entry.entry_date = runtime::format_date(today);
    entry.post_sale = !is_stock_job(job);
    entry.description = "Repair job " + job.job_no();
    entry.meta = {{"parts", job.parts_cost()}, {"labour", job.labour_cost()}, {"overhead", job.overhead_cost()}};
    return entry;
}

}  // namespace

void Complete::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    const auto id = unit.sound_id("id", request.id());
    bikes::add_lock_of(reads, bikes::Part::repair_job, id, access::Reach::everything());
    add_lock(reads, id);
    add_lines(reads, id);
    add_has_other_stock_job(reads, id);
}

boost::asio::awaitable<rpc::Result<v1::RepairJob>> Complete::execute(commands::Unit& unit, const request_type& request,
                                                                     std::vector<postgres::Rows>& reads) {
    auto located = claim(unit, reads.at(1), may_work_on);
    if (!located) {
        co_return located.error();
    }
    const v1::RepairJob& before = located->job;
    if (auto completable = check_status(before, {v1::JOB_STATUS_IN_PROGRESS}); !completable) {
        co_return completable.error();
    }
    v1::RepairJob job = before;
    read_lines(reads.at(2), job);
    if (request.has_work_performed()) {
        job.set_work_performed(request.work_performed());
    }
    if (auto done = check_done(job); !done) {
        co_return done.error();
    }

    auto bike = std::move(bikes::read_locked(reads.at(0)).value().bike);
    job.set_status(v1::JOB_STATUS_COMPLETED);
    assign(*job.mutable_completed_at(), moment_after(unit, before.started_at()));
    const bool books = is_paid_by_company(job) && job.total_cost() != "0.00";
    const bool returns = is_stock_job(job) && !read_has_other_stock_job(reads.at(3));
    if (books) {
        const auto entry = cost_of(job, unit.today());
        if (!ledger::has_room(bike, entry.post_sale, job.total_cost())) {
            unit.issue("total_cost", validate::issue::out_of_range);
            co_return unit.valid().error();
        }
        ledger::book(unit, entry, bike);
    }
    if (returns) {
        bikes::return_to_stock(bike);
    }
    if (books || returns) {
        bikes::save_state(unit, bike);
    }
    save(unit, job);
    unit.record(change_of("JOB_COMPLETED", before, job));
    co_return job;
}

}  // namespace loan_manager::fleet::repairs
