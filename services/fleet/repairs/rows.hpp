#pragma once

#include <optional>
#include <string>

#include "commands/command_context.hpp"
#include "fleet/bikes/rows.hpp"
#include "fleet/repairs/rules.hpp"
#include "loanmanager/fleet/v1/repairs.pb.h"
#include "rpc/error.hpp"
#include "sql/proto_values.hpp"
#include "sql/round_trip.hpp"
#include "sql/table.hpp"

/// Rows of fleet.repair_jobs and fleet.repair_job_lines: columns, locks, admission of commands, and what commands leave
/// behind.
namespace loan_manager::fleet::repairs {

/// Without its lines, which are rows of their own.
const sql::TableOf<v1::RepairJob>& job_table();
const sql::TableOf<v1::RepairJobLine>& line_table();

/// A job with the company of its branch, which decides about scope (D-903).
struct StoredJob {
    v1::RepairJob job;
    std::string company_id;

    /// By its branch, or because it is assigned to whom the reach is of (D-901).
    bool covered_by(const access::Reach& reach) const {
        return reach.covers(job.branch_id(), company_id, job.mechanic_id());
    }
};
/// NOT_FOUND, also of one that the caller may not read (D-902).
rpc::Error no_such_job();
/// The job with its lines, in one statement and so of one moment: the totals are those of the lines. NOT_FOUND.
sql::Handle<rpc::Result<StoredJob>> add_find(sql::RoundTrip& trip, const std::string& id);

/// Locks the job; reads it without lines. Commands that also change its bike lock that first (D-218). What stands in
/// other rows (lines, other jobs) must be read by statements after this one. NOT_FOUND.
sql::Handle<rpc::Result<StoredJob>> add_lock(sql::RoundTrip& trip, const std::string& id);
/// The lines of a job, in the order they were added.
sql::Handle<std::vector<v1::RepairJobLine>> add_lines(sql::RoundTrip& trip, const std::string& job_id);
void set_lines(v1::RepairJob& job, const std::vector<v1::RepairJobLine>& lines);
/// One line of a job, under the job's lock. NOT_FOUND.
sql::Handle<rpc::Result<v1::RepairJobLine>> add_line(sql::RoundTrip& trip, const std::string& job_id,
                                                     const std::string& line_id);
/// Whether another stock job of the job's bike is open; after the locks.
sql::Handle<bool> add_has_other_stock_job(sql::RoundTrip& trip, const std::string& job_id);
/// The warranty of the sale that a sold bike is under; after the lock on the bike, which guards the sale.
sql::Handle<std::optional<Warranty>> add_warranty(sql::RoundTrip& trip, const std::string& bicycle_id);

/// D-511: whether a user can be the mechanic at a branch (given by id or code): nobody of that id, or one who is not
/// active, has no such role or does not work there.
enum class Mechanic { fit, unknown, unfit };
sql::Handle<Mechanic> add_mechanic(sql::RoundTrip& trip, const std::string& user_id, const std::string& branch);
/// The same at the branch of a job.
sql::Handle<Mechanic> add_mechanic_of_job(sql::RoundTrip& trip, const std::string& user_id, const std::string& job_id);
/// Adds the issue of `mechanic_id`, if a client named one that is not there or not fit. Whether somebody is fit for a
/// place that is not there, nobody asks.
void check_mechanic(commands::CommandContext& command, bool named, Mechanic mechanic, bool place_exists);

/// One of the may_… rules.
using Allowed = bool (*)(const access::Identity& caller, const v1::RepairJob& job, std::string_view company_id);
/// commands::admit() for whoever the rule allows.
rpc::Result<StoredJob> admit(const commands::CommandContext& command, sql::Handle<rpc::Result<StoredJob>> lock,
                             Allowed allowed);
/// A line and its job. A line may be named by its own version or by its job's: both are versions of the job, and the
/// line's is the one at which it last changed. NOT_FOUND also if the job has no such line.
struct LineOf : StoredJob {
    v1::RepairJobLine line;
};
rpc::Result<LineOf> admit_line(const commands::CommandContext& command, sql::Handle<rpc::Result<StoredJob>> lock,
                               sql::Handle<rpc::Result<v1::RepairJobLine>> line, Allowed allowed);

/// With the commit.
void insert(commands::CommandContext& command, v1::RepairJob& job);
/// As the next version. Once per command.
void save(commands::CommandContext& command, v1::RepairJob& job);
/// The line as of the job's (saved) version: stamps version and `updated_*`, and for a new line id and origin.
void insert_line(commands::CommandContext& command, const v1::RepairJob& job, v1::RepairJobLine& line);
void save_line(commands::CommandContext& command, const v1::RepairJob& job, v1::RepairJobLine& line);
void delete_line(commands::CommandContext& command, const v1::RepairJobLine& line);

/// Audit row and event of a new job, and of a change.
void record_new(commands::CommandContext& command, const v1::RepairJob& job);
void record(commands::CommandContext& command, const char* action, const v1::RepairJob& before,
            const v1::RepairJob& after, const std::string& reason = {});
/// JOB_UPDATED of a line: changed, added (no `before`) or removed (no `after`); with what it did to the job's totals.
struct LineChange {
    const v1::RepairJob& job_before;
    const v1::RepairJob& job_after;
    const v1::RepairJobLine* before;
    const v1::RepairJobLine* after;
};
void record_line(commands::CommandContext& command, const LineChange& change);

}  // namespace loan_manager::fleet::repairs
