#include "fleet/repairs/job_row.hpp"

namespace loan_manager::fleet::repairs {

const std::string& job_columns() {
    static const std::string columns =
        "j.id, j.job_no, j.bicycle_id, j.branch_id, (SELECT r.code FROM fleet.branches r WHERE r.id = j.branch_id), "
        "j.job_type, j.category, j.status, j.priority, j.mechanic_id, j.odometer_km, j.customer_complaint, "
        "j.diagnosis, j.work_performed, j.notes, j.estimated_completion_date::text, j.opened_at, j.started_at, "
        "j.completed_at, j.closed_at, j.cancelled_at, j.cancel_reason, j.parts_cost::text, j.labour_cost::text, "
        "j.overhead_cost::text, j.total_cost::text, j.total_price::text, j.external_ref, j.version, j.created_at, "
        "j.created_by, j.updated_at, j.updated_by, j.is_demo, j.import_row_id";
    return columns;
}

v1::RepairJob read_job(RowReader& in) {
    v1::RepairJob job;
    job.set_id(in.text());
    job.set_job_no(in.text());
    job.set_bicycle_id(in.text());
    job.set_branch_id(in.text());
    job.set_branch_code(in.text());
    job.set_job_type(in.token<v1::JobType>());
    job.set_category(in.token<v1::JobCategory>());
    job.set_status(in.token<v1::JobStatus>());
    job.set_priority(in.token<v1::JobPriority>());
    in.if_set([&](auto v) { job.set_mechanic_id(std::move(v)); });
    in.if_set<std::int32_t>([&](auto v) { job.set_odometer_km(v); });
    in.if_set([&](auto v) { job.set_customer_complaint(std::move(v)); });
    in.if_set([&](auto v) { job.set_diagnosis(std::move(v)); });
    in.if_set([&](auto v) { job.set_work_performed(std::move(v)); });
    in.if_set([&](auto v) { job.set_notes(std::move(v)); });
    in.if_set([&](auto v) { job.set_estimated_completion_date(std::move(v)); });
    assign(*job.mutable_opened_at(), in.time());
    in.if_time([&] { return job.mutable_started_at(); });
    in.if_time([&] { return job.mutable_completed_at(); });
    in.if_time([&] { return job.mutable_closed_at(); });
    in.if_time([&] { return job.mutable_cancelled_at(); });
    in.if_set([&](auto v) { job.set_cancel_reason(std::move(v)); });
    job.set_parts_cost(in.text());
    job.set_labour_cost(in.text());
    job.set_overhead_cost(in.text());
    job.set_total_cost(in.text());
    job.set_total_price(in.text());
    in.if_set([&](auto v) { job.set_external_ref(std::move(v)); });
    job.set_version(in.next<std::int32_t>());
    assign(*job.mutable_created_at(), in.time());
    job.set_created_by(in.text());
    assign(*job.mutable_updated_at(), in.time());
    job.set_updated_by(in.text());
    job.set_is_demo(in.next<bool>());
    in.if_set([&](auto v) { job.set_import_row_id(std::move(v)); });
    return job;
}

const std::string& line_columns() {
    static const std::string columns =
        "l.id, l.job_id, l.kind, l.description, l.part_code, l.mechanic_id, l.quantity::text, l.unit_cost::text, "
        "l.unit_price::text, l.cost::text, l.price::text, l.version, l.created_at, l.created_by, l.updated_at, "
        "l.updated_by";
    return columns;
}

v1::RepairJobLine read_line(RowReader& in) {
    v1::RepairJobLine line;
    line.set_id(in.text());
    line.set_job_id(in.text());
    line.set_kind(in.token<v1::LineKind>());
    line.set_description(in.text());
    in.if_set([&](auto v) { line.set_part_code(std::move(v)); });
    in.if_set([&](auto v) { line.set_mechanic_id(std::move(v)); });
    line.set_quantity(in.text());
    line.set_unit_cost(in.text());
    line.set_unit_price(in.text());
    line.set_cost(in.text());
    line.set_price(in.text());
    line.set_version(in.next<std::int32_t>());
    assign(*line.mutable_created_at(), in.time());
    line.set_created_by(in.text());
    assign(*line.mutable_updated_at(), in.time());
    line.set_updated_by(in.text());
    return line;
}

}  // namespace loan_manager::fleet::repairs
