#pragma once

#include "loanmanager/lifecycle/v1/lifecycle.pb.h"
#include "sql/table.hpp"

namespace loan_manager::lifecycle {

/// One refresh of a view (D-1003): as it is stored, and as the API shows it. Only MANUAL runs have a `requested_by`;
/// its `error` is for people: no SQL, no internal names.
using Run = loanmanager::lifecycle::v1::RefreshRun;

/// Over `r` (lifecycle.view_refreshes).
const sql::TableOf<Run>& run_table();

}  // namespace loan_manager::lifecycle
