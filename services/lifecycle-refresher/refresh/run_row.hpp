#pragma once

#include <vector>

#include "lifecycle-refresher/refresh/run.hpp"
#include "postgres/rows.hpp"

/// Columns of `lifecycle.view_refreshes r` that read_run() reads by name; part of SQL literals.
#define RUN_COLUMNS                                                                                                \
    "r.id, r.view_name, r.trigger, r.requested_by, r.status, r.started_at, r.finished_at, r.rows, r.duration_ms, " \
    "r.covers_seq, r.error"

namespace loan_manager::lifecycle::repository {

Run read_run(const postgres::Row& row);
std::vector<Run> read_runs(const postgres::Rows& rows);

}  // namespace loan_manager::lifecycle::repository
