#pragma once

#include <string>

#include "support/suite.hpp"

namespace loan_manager::testing {

/// Makes a database remember, beside its tables, which rows each transaction changed and which audit rows it wrote, so
/// that what the audit log tells can be compared with what happened (D-219). For the template of test databases.
void watch_rows(Database& database);

/// Every disagreement of an audit row with its entity's row since then, a line each: a changed column that the audit
/// row leaves out or gets wrong, or a change it tells of that did not happen. Empty: they agree.
std::string untold_changes(Database& database);

}  // namespace loan_manager::testing
