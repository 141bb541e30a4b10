#pragma once

#include <memory>

#include "fleet/settings.hpp"
#include "runtime/process.hpp"

namespace loan_manager::fleet {

/// Starts serving and registers with the process how to stop. Throws runtime::StartupError.
/// What it returns must live until the process's loops have ended.
std::shared_ptr<void> start(runtime::Process& process, const Settings& settings);

}  // namespace loan_manager::fleet
