#pragma once

#include "commands/change.hpp"
#include "lifecycle-refresher/refresh/run.hpp"
#include "rpc/error.hpp"

namespace loan_manager::lifecycle {

/// The audit row of a refresh that somebody ordered (D-219).
commands::Change ordered(const Run& run);

/// NOT_FOUND.
rpc::Error no_such_view();

}  // namespace loan_manager::lifecycle
