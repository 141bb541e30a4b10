#pragma once

#include <string>

#include "fleet/values/row_reader.hpp"
#include "loanmanager/fleet/v1/repairs.pb.h"

/// Rows of fleet.repair_jobs and fleet.repair_job_lines ↔ their messages.
namespace loan_manager::fleet::repairs {

namespace v1 = loanmanager::fleet::v1;

/// Select list over `j` (fleet.repair_jobs): every column of the message, and the branch's code.
const std::string& job_columns();
/// Reads those columns: a job without lines.
v1::RepairJob read_job(RowReader& in);

/// Select list over `l` (fleet.repair_job_lines).
const std::string& line_columns();
v1::RepairJobLine read_line(RowReader& in);

}  // namespace loan_manager::fleet::repairs
