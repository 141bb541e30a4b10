#include "fleet/repairs/repository.hpp"

#include <array>

#include "fleet/repairs/job_row.hpp"
#include "fleet/values/proto_values.hpp"
#include "runtime/uuid.hpp"

namespace loan_manager::fleet::repairs {
namespace {

constexpr postgres::Statement insert_job{
    "repairs.insert",
    "INSERT INTO fleet.repair_jobs (id, job_no, bicycle_id, branch_id, job_type, category, status, priority, "
    "mechanic_id, odometer_km, customer_complaint, notes, estimated_completion_date, opened_at, created_at, "
    "created_by, updated_at, updated_by) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15, $14, $15)"};

constexpr postgres::Statement update_job{
    "repairs.update",
    "UPDATE fleet.repair_jobs SET status = $2, priority = $3, mechanic_id = $4, odometer_km = $5, "
    "customer_complaint = $6, diagnosis = $7, work_performed = $8, notes = $9, estimated_completion_date = $10, "
    "started_at = $11, completed_at = $12, closed_at = $13, cancelled_at = $14, cancel_reason = $15, "
    "parts_cost = $16, labour_cost = $17, overhead_cost = $18, total_cost = $19, total_price = $20, version = $21, "
    "updated_at = $22, updated_by = $23 WHERE id = $1"};

constexpr postgres::Statement insert_job_line{
    "repairs.insert_line",
    "INSERT INTO fleet.repair_job_lines (id, job_id, kind, description, part_code, mechanic_id, quantity, unit_cost, "
    "unit_price, cost, price, version, created_at, created_by, updated_at, updated_by) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $13, $14)"};

constexpr postgres::Statement update_job_line{
    "repairs.update_line",
    "UPDATE fleet.repair_job_lines SET description = $2, part_code = $3, mechanic_id = $4, quantity = $5, "
    "unit_cost = $6, unit_price = $7, cost = $8, price = $9, version = $10, updated_at = $11, updated_by = $12 "
    "WHERE id = $1"};

constexpr postgres::Statement delete_job_line{"repairs.delete_line",
                                              "DELETE FROM fleet.repair_job_lines WHERE id = $1"};

constexpr postgres::Statement other_stock_job{
    "repairs.other_stock_job",
    "SELECT EXISTS (SELECT FROM fleet.repair_jobs j JOIN fleet.repair_jobs o ON o.bicycle_id = j.bicycle_id "
    "AND o.id <> j.id WHERE j.id = $1 AND o.status IN ('OPEN', 'IN_PROGRESS') "
    "AND o.category IN ('PRE_SALE_PREP', 'MAINTENANCE'))"};

constexpr postgres::Statement warranty_of_bike{
    "repairs.warranty",
    "SELECT s.sale_date::text, coalesce(s.warranty_months, 0) FROM fleet.sales s "
    "WHERE s.bicycle_id = $1 AND s.status <> 'VOIDED'"};

constexpr std::array sort_fields{
    SortField{"opened_at", "j.opened_at", "timestamptz"},
    // Indexed as it stands here.
    SortField{"priority", "array_position(ARRAY['LOW', 'NORMAL', 'HIGH', 'URGENT'], j.priority)", "integer"},
};
constexpr std::string_view newest_first = "-opened_at";

const std::string& company_of_job() {
    static const std::string company = "(SELECT r.company_id FROM fleet.branches r WHERE r.id = j.branch_id)";
    return company;
}

Located read_located(RowReader& in) {
    Located located;
    located.job = read_job(in);
    located.company_id = in.text();
    return located;
}

rpc::Error no_such_job() { return rpc::not_found("There is no such repair job."); }

// The facts that come in the same order in both statements about lines.
void add_line_facts(postgres::Params& params, const v1::RepairJobLine& line) {
    params.add(line.description());
    params.add(LM_MAYBE(line, part_code));
    params.add(LM_MAYBE(line, mechanic_id));
    params.add(line.quantity());
    params.add(line.unit_cost());
    params.add(line.unit_price());
    params.add(line.cost());
    params.add(line.price());
    params.add(line.version());
    params.add(to_time(line.updated_at()));
    params.add(line.updated_by());
}

void stamp(const v1::RepairJob& job, v1::RepairJobLine& line) {
    line.set_version(job.version());
    *line.mutable_updated_at() = job.updated_at();
    line.set_updated_by(job.updated_by());
}

}  // namespace

void add_find(postgres::Batch& batch, const std::string& id) {
    static const std::string sql = "SELECT " + job_columns() + ", " + company_of_job() + ", " + line_columns() +
                                   " FROM fleet.repair_jobs j LEFT JOIN fleet.repair_job_lines l ON l.job_id = j.id "
                                   "WHERE j.id = $1 ORDER BY l.created_at, l.id";
    static const postgres::Statement find{"repairs.find", sql.c_str()};
    batch.add(find, postgres::Params(id));
}

rpc::Result<Located> read_found(const postgres::Rows& rows) {
    if (rows.empty()) {
        return no_such_job();
    }
    const auto first = rows.front();
    RowReader head(first);
    Located located = read_located(head);
    for (const auto row : rows) {
        RowReader in(row, head.position());
        if (!row.is_null(in.position())) {  // a job without lines is one row without a line
            *located.job.add_lines() = read_line(in);
        }
    }
    return located;
}

void add_lock(postgres::Batch& batch, const std::string& id) {
    static const std::string sql = "SELECT " + job_columns() + ", " + company_of_job() +
                                   " FROM fleet.repair_jobs j WHERE j.id = $1 FOR UPDATE OF j";
    static const postgres::Statement lock{"repairs.lock", sql.c_str()};
    batch.add(lock, postgres::Params(id));
}

rpc::Result<Located> read_locked(const postgres::Rows& rows) {
    if (rows.empty()) {
        return no_such_job();
    }
    const auto row = rows.front();
    RowReader in(row);
    return read_located(in);
}

void add_lines(postgres::Batch& batch, const std::string& job_id) {
    static const std::string sql =
        "SELECT " + line_columns() + " FROM fleet.repair_job_lines l WHERE l.job_id = $1 ORDER BY l.created_at, l.id";
    static const postgres::Statement select{"repairs.lines", sql.c_str()};
    batch.add(select, postgres::Params(job_id));
}

void read_lines(const postgres::Rows& rows, v1::RepairJob& job) {
    job.clear_lines();
    for (const auto row : rows) {
        RowReader in(row);
        *job.add_lines() = read_line(in);
    }
}

void add_line(postgres::Batch& batch, const std::string& job_id, const std::string& line_id) {
    static const std::string sql =
        "SELECT " + line_columns() + " FROM fleet.repair_job_lines l WHERE l.job_id = $1 AND l.id = $2";
    static const postgres::Statement select{"repairs.line", sql.c_str()};
    batch.add(select, postgres::Params(job_id, line_id));
}

rpc::Result<v1::RepairJobLine> read_found_line(const postgres::Rows& rows) {
    if (rows.empty()) {
        return rpc::not_found("The repair job has no such line.");
    }
    const auto row = rows.front();
    RowReader in(row);
    return read_line(in);
}

void add_has_other_stock_job(postgres::Batch& batch, const std::string& job_id) {
    batch.add(other_stock_job, postgres::Params(job_id));
}

bool read_has_other_stock_job(const postgres::Rows& rows) { return rows.front().get<bool>(0); }

void add_warranty(postgres::Batch& batch, const std::string& bicycle_id) {
    batch.add(warranty_of_bike, postgres::Params(bicycle_id));
}

std::optional<Warranty> read_warranty(const postgres::Rows& rows) {
    if (rows.empty()) {
        return std::nullopt;
    }
    Warranty warranty;
    warranty.sale_date = runtime::parse_date(rows.front().get<std::string>(0)).value();
    warranty.months = rows.front().get<std::int32_t>(1);
    return warranty;
}

void insert(commands::Unit& unit, const v1::RepairJob& job) {
    unit.with_commit(
        insert_job,
        postgres::Params(job.id(), job.job_no(), job.bicycle_id(), job.branch_id(), token_of(job.job_type()),
                         token_of(job.category()), token_of(job.status()), token_of(job.priority()),
                         LM_MAYBE(job, mechanic_id), LM_MAYBE(job, odometer_km), LM_MAYBE(job, customer_complaint),
                         LM_MAYBE(job, notes), LM_MAYBE(job, estimated_completion_date), to_time(job.opened_at()),
                         job.created_by()));
}

void save(commands::Unit& unit, v1::RepairJob& job) {
    job.set_version(job.version() + 1);
    assign(*job.mutable_updated_at(), unit.now());
    job.set_updated_by(unit.caller().user_id);
    unit.with_commit(
        update_job,
        postgres::Params(
            job.id(), token_of(job.status()), token_of(job.priority()), LM_MAYBE(job, mechanic_id),
            LM_MAYBE(job, odometer_km), LM_MAYBE(job, customer_complaint), LM_MAYBE(job, diagnosis),
            LM_MAYBE(job, work_performed), LM_MAYBE(job, notes), LM_MAYBE(job, estimated_completion_date),
            maybe_time(job.has_started_at(), job.started_at()), maybe_time(job.has_completed_at(), job.completed_at()),
            maybe_time(job.has_closed_at(), job.closed_at()), maybe_time(job.has_cancelled_at(), job.cancelled_at()),
            LM_MAYBE(job, cancel_reason), job.parts_cost(), job.labour_cost(), job.overhead_cost(), job.total_cost(),
            job.total_price(), job.version(), unit.now(), job.updated_by()));
}

void insert_line(commands::Unit& unit, const v1::RepairJob& job, v1::RepairJobLine& line) {
    line.set_id(runtime::new_uuid().to_string());
    line.set_job_id(job.id());
    stamp(job, line);
    *line.mutable_created_at() = line.updated_at();
    line.set_created_by(line.updated_by());
    postgres::Params params(line.id(), line.job_id(), token_of(line.kind()));
    add_line_facts(params, line);
    unit.with_commit(insert_job_line, std::move(params));
}

void save_line(commands::Unit& unit, const v1::RepairJob& job, v1::RepairJobLine& line) {
    stamp(job, line);
    postgres::Params params(line.id());
    add_line_facts(params, line);
    unit.with_commit(update_job_line, std::move(params));
}

void delete_line(commands::Unit& unit, const v1::RepairJobLine& line) {
    unit.with_commit(delete_job_line, postgres::Params(line.id()));
}

ListQuery list_query(const access::Reach& readable, const paging::PageRequest& page) {
    ListQuery query(job_columns(), "fleet.repair_jobs j", "j.id", page);
    auto within = query.covers(readable, "j.branch_id");
    if (readable.self) {
        within = "(" + within + " OR j.mechanic_id = " + query.parameter(readable.user_id) + "::uuid)";
    }
    query.where(std::move(within));
    return query;
}

void add_filters(ListQuery& query, const v1::ListRepairJobsRequest& request) {
    if (request.status_size() > 0) {
        std::vector<std::string> tokens;
        for (const auto status : request.status()) {
            tokens.push_back(token_of(static_cast<v1::JobStatus>(status)));
        }
        query.where("j.status = ANY (" + query.parameter(tokens) + "::text[])");
    }
    if (request.has_category()) {
        query.where("j.category = " + query.parameter(token_of(request.category())));
    }
    if (request.has_branch_id()) {
        query.where("j.branch_id = " + query.branch(request.branch_id()));
    }
    if (request.has_bicycle_id()) {
        query.where("j.bicycle_id = " + query.parameter(request.bicycle_id()) + "::uuid");
    }
    if (request.has_mechanic_id()) {
        query.where("j.mechanic_id = " + query.parameter(request.mechanic_id()) + "::uuid");
    }
    query.between_days("j.opened_at", LM_MAYBE(request, from), LM_MAYBE(request, to));
}

rpc::Result<void> sort(ListQuery& query, std::string_view by) {
    return query.sort_by(sort_fields, by.empty() ? newest_first : by);
}

v1::RepairJob read_item(const postgres::Row& row) {
    RowReader in(row);
    auto job = read_job(in);
    job.set_lines_omitted(true);
    return job;
}

}  // namespace loan_manager::fleet::repairs
