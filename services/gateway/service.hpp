// The gateway put together: upstreams, trust, rules and listener, in the order they start and stop.
#pragma once

#include "gateway/settings.hpp"
#include "runtime/process.hpp"

#include <memory>
#include <string>

namespace loan_manager::gateway {

/// The OpenAPI 3.1 document of every route, as served at /v1/openapi.json. Throws runtime::StartupError if the routes
/// contradict each other.
std::string openapi_document();

/// Starts serving and registers with the process how to stop. Throws runtime::StartupError.
/// What it returns must live until the process's loops have ended.
std::shared_ptr<void> start(runtime::Process& process, const Settings& settings);

}  // namespace loan_manager::gateway
