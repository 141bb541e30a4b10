#pragma once

#include <string>

#include "rpc/upstream_settings.hpp"
#include "runtime/settings.hpp"

namespace loan_manager::ctl {

/// What may come from outside the command line: like the services, from systemd credentials, a file named by X_FILE,
/// or the environment.
struct Settings {
    std::string database_url;
    std::string secret_key;
    rpc::UpstreamSettings lifecycle;
};

/// Looks at nothing else in the environment. Throws Failure (usage) on values that make no sense.
Settings read_settings(const runtime::Environment& environment);

/// `--database-url` if given, else DATABASE_URL; in libpq's form. Throws Failure (usage) if there is neither.
std::string database_url(const Settings& settings, const std::string& option);

}  // namespace loan_manager::ctl
