#include "fleet/repairs/invoice.hpp"

#include "fleet/repairs/claim.hpp"

namespace loan_manager::fleet::repairs {

void Invoice::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    const auto id = unit.sound_id("id", request.id());
    add_lock(reads, id);
    add_lines(reads, id);
}

boost::asio::awaitable<rpc::Result<v1::RepairJob>> Invoice::execute(commands::Unit& unit, const request_type&,
                                                                    std::vector<postgres::Rows>& reads) {
    auto located = claim(unit, reads.at(0), may_invoice);
    if (!located) {
        co_return located.error();
    }
    const v1::RepairJob& before = located->job;
    if (auto invoiceable = check_status(before, {v1::JOB_STATUS_COMPLETED}); !invoiceable) {
        co_return invoiceable.error();
    }
    if (before.category() != v1::JOB_CATEGORY_CUSTOMER_REPAIR) {
        co_return rpc::Error("INVALID_STATE", "Only a job that the customer pays for is invoiced.");
    }

    v1::RepairJob job = before;
    job.set_status(v1::JOB_STATUS_INVOICED);
    assign(*job.mutable_closed_at(), moment_after(unit, before.completed_at()));
    save(unit, job);
    unit.record(change_of("JOB_INVOICED", before, job));
    read_lines(reads.at(1), job);
    co_return job;
}

}  // namespace loan_manager::fleet::repairs
