#pragma once

#include <optional>
#include <string>

#include "access/reach.hpp"
#include "commands/unit.hpp"
#include "fleet/repairs/rules.hpp"
#include "fleet/values/list_query.hpp"
#include "postgres/batch.hpp"
#include "postgres/rows.hpp"

/// All SQL of repair jobs and their lines. add_… puts a statement into a batch, read_… reads its result.
namespace loan_manager::fleet::repairs {

/// A job with the company of its branch, which decides about scope (D-903).
struct Located {
    v1::RepairJob job;
    std::string company_id;
};
/// The job with its lines, in one statement and so of one moment: the totals are those of the lines.
void add_find(postgres::Batch& batch, const std::string& id);
rpc::Result<Located> read_found(const postgres::Rows& rows);

/// Locks the job. Commands that also change its bike lock that first, in the same batch (D-218). What stands in other
/// rows (lines, other jobs) must be read by statements after this one.
void add_lock(postgres::Batch& batch, const std::string& id);
/// Without lines. NOT_FOUND.
rpc::Result<Located> read_locked(const postgres::Rows& rows);

/// The lines of a job, in the order they were added.
void add_lines(postgres::Batch& batch, const std::string& job_id);
void read_lines(const postgres::Rows& rows, v1::RepairJob& job);
/// One line of a job, under the job's lock. NOT_FOUND.
void add_line(postgres::Batch& batch, const std::string& job_id, const std::string& line_id);
rpc::Result<v1::RepairJobLine> read_found_line(const postgres::Rows& rows);

/// Whether another stock job of the job's bike is open; after the locks.
void add_has_other_stock_job(postgres::Batch& batch, const std::string& job_id);
bool read_has_other_stock_job(const postgres::Rows& rows);

/// The warranty of the sale that a sold bike is under; after the lock on the bike, which guards the sale.
void add_warranty(postgres::Batch& batch, const std::string& bicycle_id);
std::optional<Warranty> read_warranty(const postgres::Rows& rows);

/// With the commit.
void insert(commands::Unit& unit, const v1::RepairJob& job);
/// Everything of the job that can change, as its next version: raises `version` and stamps `updated_*` in the message
/// too. Once per command.
void save(commands::Unit& unit, v1::RepairJob& job);
/// The line as of the job's (saved) version: stamps version and `updated_*`, and for a new line its origin.
void insert_line(commands::Unit& unit, const v1::RepairJob& job, v1::RepairJobLine& line);
void save_line(commands::Unit& unit, const v1::RepairJob& job, v1::RepairJobLine& line);
void delete_line(commands::Unit& unit, const v1::RepairJobLine& line);

/// A list of the jobs within reach: at a branch, or assigned to the caller (D-901).
ListQuery list_query(const access::Reach& readable, const paging::PageRequest& page);
/// Adds the filters of the request.
void add_filters(ListQuery& query, const v1::ListRepairJobsRequest& request);
/// Newest first unless the request says otherwise. BAD_CURSOR.
rpc::Result<void> sort(ListQuery& query, std::string_view by);
/// The job of a row of such a list: without lines.
v1::RepairJob read_item(const postgres::Row& row);

}  // namespace loan_manager::fleet::repairs
