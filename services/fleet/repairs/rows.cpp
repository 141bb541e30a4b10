#include "fleet/repairs/rows.hpp"

#include "commands/admit.hpp"
#include "commands/stamp.hpp"
#include "runtime/uuid.hpp"
#include "sql/row_message.hpp"

namespace loan_manager::fleet::repairs {
namespace {

constexpr postgres::Statement delete_job_line{"repairs.delete_line",
                                              "DELETE FROM fleet.repair_job_lines WHERE id = $1"};

constexpr postgres::Statement other_stock_job{
    "repairs.other_stock_job",
    "SELECT EXISTS (SELECT FROM fleet.repair_jobs j JOIN fleet.repair_jobs o ON o.bicycle_id = j.bicycle_id "
    "AND o.id <> j.id WHERE j.id = $1 AND o.status IN ('OPEN', 'IN_PROGRESS') "
    "AND o.category IN ('PRE_SALE_PREP', 'MAINTENANCE'))"};

constexpr postgres::Statement warranty_of_bike{
    "repairs.warranty",
    "SELECT s.sale_date, coalesce(s.warranty_months, 0) AS months FROM fleet.sales s "
    "WHERE s.bicycle_id = $1 AND s.status <> 'VOIDED'"};

constexpr postgres::Statement mechanic_at_branch{
    "repairs.mechanic",
    "SELECT u.is_active AND u.roles && ARRAY['mechanic', 'workshop_manager'] AND EXISTS (SELECT FROM fleet.branches r "
    "WHERE (r.code = $2 OR r.id::text = $2) AND r.id = ANY (u.branch_scope)) FROM auth.users u WHERE u.id = $1"};
constexpr postgres::Statement mechanic_of_job{
    "repairs.mechanic_of_job",
    "SELECT u.is_active AND u.roles && ARRAY['mechanic', 'workshop_manager'] AND EXISTS (SELECT FROM fleet.repair_jobs "
    "j WHERE j.id = $2 AND j.branch_id = ANY (u.branch_scope)) FROM auth.users u WHERE u.id = $1"};

const std::string& job_columns() {
    static const std::string columns =
        job_table().columns() + ", (SELECT r.company_id FROM fleet.branches r WHERE r.id = j.branch_id) AS company_id";
    return columns;
}

StoredJob read_job(const postgres::Row& row) {
    StoredJob stored;
    stored.job = job_table().read(row);
    stored.company_id = row.get<std::string>("company_id");
    return stored;
}

rpc::Result<StoredJob> read_found(const postgres::Rows& rows) {
    if (rows.empty()) {
        return no_such_job();
    }
    return read_job(rows.front());
}

std::vector<v1::RepairJobLine> read_lines(const postgres::Rows& rows) { return line_table().read_all(rows); }

rpc::Result<v1::RepairJobLine> read_line(const postgres::Rows& rows) {
    if (rows.empty()) {
        return rpc::not_found("The repair job has no such line.");
    }
    return line_table().read(rows.front());
}

std::optional<Warranty> read_warranty(const postgres::Rows& rows) {
    if (rows.empty()) {
        return std::nullopt;
    }
    Warranty warranty;
    warranty.sale_date = runtime::parse_date(rows.front().get<std::string>("sale_date")).value();
    warranty.months = rows.front().get<std::int32_t>("months");
    return warranty;
}

Mechanic read_mechanic(const postgres::Rows& rows) {
    if (rows.empty()) {
        return Mechanic::unknown;
    }
    return rows.front().get<bool>(0) ? Mechanic::fit : Mechanic::unfit;
}

void stamp(const v1::RepairJob& job, v1::RepairJobLine& line) {
    line.set_version(job.version());
    *line.mutable_updated_at() = job.updated_at();
    line.set_updated_by(job.updated_by());
}

commands::Change change_of(const char* action, const v1::RepairJob& job, sql::Difference difference) {
    auto change = commands::change_of(action, "repair_job", job.id(), std::move(difference));
    change.entity_no = job.job_no();
    change.branch_id = job.branch_id();
    change.bicycle_id = job.bicycle_id();
    change.payload = {{"branch_id", job.branch_id()}, {"status", sql::token_of(job.status())}};
    return change;
}

boost::json::value line_values(const v1::RepairJobLine* line) {
    if (line == nullptr) {
        return nullptr;
    }
    auto values = line_table().created(*line).after;
    values["id"] = line->id();
    return values;
}

}  // namespace

const sql::TableOf<v1::RepairJob>& job_table() {
    static const sql::TableOf<v1::RepairJob> table(
        sql::Layout{.table = "fleet.repair_jobs",
                    .alias = "j",
                    .computed = {{"branch_code", "(SELECT r.code FROM fleet.branches r WHERE r.id = j.branch_id)"}},
                    .absent = {"lines", "lines_omitted"},
                    .unaudited = {"parts_cost", "labour_cost", "overhead_cost", "total_cost", "total_price"}});
    return table;
}

const sql::TableOf<v1::RepairJobLine>& line_table() {
    static const sql::TableOf<v1::RepairJobLine> table(
        sql::Layout{.table = "fleet.repair_job_lines", .alias = "l", .unaudited = {"job_id"}});
    return table;
}

rpc::Error no_such_job() { return rpc::not_found("There is no such repair job."); }

sql::Handle<rpc::Result<StoredJob>> add_find(sql::RoundTrip& trip, const std::string& id) {
    // The lines as one value, so that both are of one moment.
    static const std::string sql = "SELECT " + job_columns() + ", " + line_table().columns() +
                                   " FROM fleet.repair_jobs j LEFT JOIN fleet.repair_job_lines l ON l.job_id = j.id "
                                   "WHERE j.id = $1 ORDER BY l.created_at, l.id";
    static const postgres::Statement find{"repairs.find", sql.c_str()};
    return trip.add<rpc::Result<StoredJob>>(find, postgres::Params(id), [](const postgres::Rows& rows) {
        auto stored = read_found(rows);
        for (const auto row : rows) {
            const int first = row.width() - line_table().width();
            if (!row.is_null(first)) {  // a job without lines is one row without a line
                line_table().read(row, *stored->job.add_lines(), first);
            }
        }
        return stored;
    });
}

sql::Handle<rpc::Result<StoredJob>> add_lock(sql::RoundTrip& trip, const std::string& id) {
    static const std::string sql =
        "SELECT " + job_columns() + " FROM fleet.repair_jobs j WHERE j.id = $1 FOR UPDATE OF j";
    static const postgres::Statement lock{"repairs.lock", sql.c_str()};
    return trip.add<rpc::Result<StoredJob>>(lock, postgres::Params(id), &read_found);
}

sql::Handle<std::vector<v1::RepairJobLine>> add_lines(sql::RoundTrip& trip, const std::string& job_id) {
    static const std::string sql = "SELECT " + line_table().columns() +
                                   " FROM fleet.repair_job_lines l WHERE l.job_id = $1 ORDER BY l.created_at, l.id";
    static const postgres::Statement select{"repairs.lines", sql.c_str()};
    return trip.add<std::vector<v1::RepairJobLine>>(select, postgres::Params(job_id), &read_lines);
}

void set_lines(v1::RepairJob& job, const std::vector<v1::RepairJobLine>& lines) {
    job.mutable_lines()->Assign(lines.begin(), lines.end());
}

sql::Handle<rpc::Result<v1::RepairJobLine>> add_line(sql::RoundTrip& trip, const std::string& job_id,
                                                     const std::string& line_id) {
    static const std::string sql =
        "SELECT " + line_table().columns() + " FROM fleet.repair_job_lines l WHERE l.job_id = $1 AND l.id = $2";
    static const postgres::Statement select{"repairs.line", sql.c_str()};
    return trip.add<rpc::Result<v1::RepairJobLine>>(select, postgres::Params(job_id, line_id), &read_line);
}

sql::Handle<bool> add_has_other_stock_job(sql::RoundTrip& trip, const std::string& job_id) {
    return trip.add<bool>(other_stock_job, postgres::Params(job_id), &sql::one_value<bool>);
}

sql::Handle<std::optional<Warranty>> add_warranty(sql::RoundTrip& trip, const std::string& bicycle_id) {
    return trip.add<std::optional<Warranty>>(warranty_of_bike, postgres::Params(bicycle_id), &read_warranty);
}

sql::Handle<Mechanic> add_mechanic(sql::RoundTrip& trip, const std::string& user_id, const std::string& branch) {
    return trip.add<Mechanic>(mechanic_at_branch, postgres::Params(user_id, branch), &read_mechanic);
}

sql::Handle<Mechanic> add_mechanic_of_job(sql::RoundTrip& trip, const std::string& user_id, const std::string& job_id) {
    return trip.add<Mechanic>(mechanic_of_job, postgres::Params(user_id, job_id), &read_mechanic);
}

void check_mechanic(commands::CommandContext& command, bool named, Mechanic mechanic, bool place_exists) {
    if (named && mechanic == Mechanic::unknown) {
        command.issue("mechanic_id", validate::issue::not_found);
    } else if (named && place_exists && mechanic == Mechanic::unfit) {
        command.issue("mechanic_id", validate::issue::not_allowed);
    }
}

rpc::Result<StoredJob> admit(const commands::CommandContext& command, sql::Handle<rpc::Result<StoredJob>> lock,
                             Allowed allowed) {
    return commands::admit(
        command, command[lock],
        [&](const StoredJob& found) { return allowed(command.caller(), found.job, found.company_id); },
        [](const StoredJob& found) { return found.job.version(); });
}

rpc::Result<LineOf> admit_line(const commands::CommandContext& command, sql::Handle<rpc::Result<StoredJob>> lock,
                               sql::Handle<rpc::Result<v1::RepairJobLine>> line, Allowed allowed) {
    auto stored = commands::admit(command, command[lock], [&](const StoredJob& found) {
        return allowed(command.caller(), found.job, found.company_id);
    });
    if (!stored) {
        return std::move(stored).error();
    }
    auto found = command[line];
    if (!found) {
        return std::move(found).error();
    }
    auto current = commands::check_version(command.call(), found->version());
    if (!current) {
        current = commands::check_version(command.call(), stored->job.version());
    }
    if (!current) {
        return current.error();
    }
    LineOf both;
    static_cast<StoredJob&>(both) = std::move(*stored);
    both.line = std::move(*found);
    return both;
}

void insert(commands::CommandContext& command, v1::RepairJob& job) { commands::insert(command, job_table(), job); }

void save(commands::CommandContext& command, v1::RepairJob& job) { commands::save(command, job_table(), job); }

void insert_line(commands::CommandContext& command, const v1::RepairJob& job, v1::RepairJobLine& line) {
    line.set_id(runtime::new_uuid().to_string());
    line.set_job_id(job.id());
    stamp(job, line);
    *line.mutable_created_at() = line.updated_at();
    line.set_created_by(line.updated_by());
    command.with_commit(line_table().insert(), line_table().insert_values(line));
}

void save_line(commands::CommandContext& command, const v1::RepairJob& job, v1::RepairJobLine& line) {
    stamp(job, line);
    command.with_commit(line_table().update(), line_table().update_values(line));
}

void delete_line(commands::CommandContext& command, const v1::RepairJobLine& line) {
    command.with_commit(delete_job_line, postgres::Params(line.id()));
}

void record_new(commands::CommandContext& command, const v1::RepairJob& job) {
    command.record(change_of("JOB_OPENED", job, job_table().created(job)));
}

void record(commands::CommandContext& command, const char* action, const v1::RepairJob& before,
            const v1::RepairJob& after, const std::string& reason) {
    auto change = change_of(action, after, job_table().compare(before, after));
    change.reason = reason;
    command.record(std::move(change));
}

void record_line(commands::CommandContext& command, const LineChange& change) {
    const auto totals = {"parts_cost", "labour_cost", "overhead_cost", "total_cost", "total_price"};
    sql::Difference difference{sql::values_of(change.job_before, totals), sql::values_of(change.job_after, totals)};
    commands::keep_changed(difference.before, difference.after);
    difference.before["line"] = line_values(change.before);
    difference.after["line"] = line_values(change.after);
    command.record(change_of("JOB_UPDATED", change.job_after, std::move(difference)));
}

}  // namespace loan_manager::fleet::repairs
