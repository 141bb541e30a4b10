// The auth service as a whole.
#pragma once

#include <memory>

#include "auth/settings.hpp"
#include "runtime/process.hpp"

namespace loan_manager::auth {

/// Starts serving and registers with the process how to stop. Throws on an unusable key directory or address.
/// What it returns must live until the process's loops have ended.
std::shared_ptr<void> start(runtime::Process& process, const Settings& settings);

}  // namespace loan_manager::auth
