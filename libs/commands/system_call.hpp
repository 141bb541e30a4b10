#pragma once

#include <chrono>
#include <string>

#include "rpc/context.hpp"

namespace loan_manager::commands {

/// The user `system`, who cannot sign in and owns automatic changes (D-205). Made by the first migration.
inline constexpr const char* system_user_id = "00000000-0000-7000-8000-000000000001";

/// A call that nobody made: for commands the service runs by itself. It belongs to `system`, who has no role and so no
/// reach, and has a request id of its own. `method` names it in logs.
rpc::CallContext system_call(std::string method, std::chrono::milliseconds budget);

}  // namespace loan_manager::commands
