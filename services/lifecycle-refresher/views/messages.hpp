#pragma once

#include "commands/change.hpp"
#include "lifecycle-refresher/refresh/run.hpp"
#include "loanmanager/lifecycle/v1/lifecycle.pb.h"
#include "rpc/error.hpp"

namespace loan_manager::lifecycle {

/// A run as the API shows it.
void write_run(const Run& run, loanmanager::lifecycle::v1::RefreshRun& out);

/// The audit row of a refresh that somebody ordered (D-219).
commands::Change ordered(const loanmanager::lifecycle::v1::RefreshRun& run);

/// NOT_FOUND.
rpc::Error no_such_view();

}  // namespace loan_manager::lifecycle
