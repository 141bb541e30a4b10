// A repair job goes its way: J2 to J5.
#include <algorithm>

#include "fleet/bikes/rows.hpp"
#include "fleet/bikes/state.hpp"
#include "fleet/ledger/rows.hpp"
#include "fleet/repairs/commands.hpp"
#include "fleet/repairs/rows.hpp"
#include "fleet/repairs/rules.hpp"

namespace loan_manager::fleet::repairs {
namespace {

// The moment of the command, but not before an earlier step of the job: whoever waited for a lock took its time before.
sql::WallTime moment_after(const CommandContext& command, const google::protobuf::Timestamp& earlier) {
    return std::max(command.now(), sql::to_time(earlier));
}

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

Answer start(CommandContext& command, const v1::StartRepairJobRequest& request) {
    const auto id = command.sound_id("id", request.id());
    const auto lock = add_lock(command.reads(), id);
    const auto lines = add_lines(command.reads(), id);
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    const auto locked = admit(command, lock, may_work_on);
    if (!locked) {
        co_return locked.error();
    }
    const v1::RepairJob& before = locked->job;
    if (auto startable = check_status(before, {v1::JOB_STATUS_OPEN}); !startable) {
        co_return startable.error();
    }
    if (!before.has_mechanic_id()) {
        co_return rpc::Error("INVALID_STATE", "Assign a mechanic first.");
    }

    v1::RepairJob job = before;
    job.set_status(v1::JOB_STATUS_IN_PROGRESS);
    sql::assign(*job.mutable_started_at(), moment_after(command, before.opened_at()));
    save(command, job);
    record(command, "JOB_STARTED", before, job);
    set_lines(job, command[lines]);
    co_return job;
}

Answer complete(CommandContext& command, const v1::CompleteRepairJobRequest& request) {
    const auto id = command.sound_id("id", request.id());
    const auto bike_lock =
        bikes::add_lock_of(command.reads(), bikes::Part::repair_job, id, access::Reach::everything());
    const auto lock = add_lock(command.reads(), id);
    const auto lines = add_lines(command.reads(), id);
    const auto other_stock_job = add_has_other_stock_job(command.reads(), id);
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    const auto locked = admit(command, lock, may_work_on);
    if (!locked) {
        co_return locked.error();
    }
    const v1::RepairJob& before = locked->job;
    if (auto completable = check_status(before, {v1::JOB_STATUS_IN_PROGRESS}); !completable) {
        co_return completable.error();
    }
    v1::RepairJob job = before;
    set_lines(job, command[lines]);
    if (request.has_work_performed()) {
        job.set_work_performed(request.work_performed());
    }
    if (auto done = check_done(job); !done) {
        co_return done.error();
    }

    v1::Bike bike = command[bike_lock].value().bike;
    job.set_status(v1::JOB_STATUS_COMPLETED);
    sql::assign(*job.mutable_completed_at(), moment_after(command, before.started_at()));
    const bool books = is_paid_by_company(job) && job.total_cost() != "0.00";
    const bool returns = is_stock_job(job) && !command[other_stock_job];
    if (books) {
        const auto entry = cost_of(job, command.today());
        if (!ledger::has_room(bike, entry.post_sale, job.total_cost())) {
            command.issue("total_cost", validate::issue::out_of_range);
            co_return command.valid().error();
        }
        ledger::book(command, entry, bike);
    }
    if (returns) {
        bikes::return_to_stock(bike);
    }
    if (books || returns) {
        bikes::save(command, bike);
    }
    save(command, job);
    record(command, "JOB_COMPLETED", before, job);
    co_return job;
}

Answer invoice(CommandContext& command, const v1::InvoiceRepairJobRequest& request) {
    const auto id = command.sound_id("id", request.id());
    const auto lock = add_lock(command.reads(), id);
    const auto lines = add_lines(command.reads(), id);
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    const auto locked = admit(command, lock, may_invoice);
    if (!locked) {
        co_return locked.error();
    }
    const v1::RepairJob& before = locked->job;
    if (auto invoiceable = check_status(before, {v1::JOB_STATUS_COMPLETED}); !invoiceable) {
        co_return invoiceable.error();
    }
    if (before.category() != v1::JOB_CATEGORY_CUSTOMER_REPAIR) {
        co_return rpc::Error("INVALID_STATE", "Only a job that the customer pays for is invoiced.");
    }

    v1::RepairJob job = before;
    job.set_status(v1::JOB_STATUS_INVOICED);
    sql::assign(*job.mutable_closed_at(), moment_after(command, before.completed_at()));
    save(command, job);
    record(command, "JOB_INVOICED", before, job);
    set_lines(job, command[lines]);
    co_return job;
}

Answer cancel(CommandContext& command, const v1::CancelRepairJobRequest& request) {
    const auto id = command.sound_id("id", request.id());
    const auto bike_lock =
        bikes::add_lock_of(command.reads(), bikes::Part::repair_job, id, access::Reach::everything());
    const auto lock = add_lock(command.reads(), id);
    const auto lines = add_lines(command.reads(), id);
    const auto other_stock_job = add_has_other_stock_job(command.reads(), id);
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    const auto locked = admit(command, lock, may_manage);
    if (!locked) {
        co_return locked.error();
    }
    const v1::RepairJob& before = locked->job;
    if (auto cancellable = check_changeable(before); !cancellable) {
        co_return cancellable.error();
    }

    v1::RepairJob job = before;
    job.set_status(v1::JOB_STATUS_CANCELLED);
    sql::assign(*job.mutable_cancelled_at(),
                moment_after(command, before.has_started_at() ? before.started_at() : before.opened_at()));
    job.set_cancel_reason(request.reason());
    if (is_stock_job(job) && !command[other_stock_job]) {
        v1::Bike bike = command[bike_lock].value().bike;
        bikes::return_to_stock(bike);
        bikes::save(command, bike);
    }
    save(command, job);
    record(command, "JOB_CANCELLED", before, job, request.reason());
    set_lines(job, command[lines]);
    co_return job;
}

}  // namespace loan_manager::fleet::repairs
