#pragma once

#include <chrono>
#include <string>

#include "rpc/upstream_settings.hpp"
#include "runtime/common_settings.hpp"
#include "runtime/settings.hpp"
#include "trust/settings.hpp"

namespace loan_manager::lifecycle {

/// What the lifecycle-refresher can be told beyond the settings of every service.
struct Settings {
    runtime::DatabaseSettings database;

    trust::TokenSettings tokens;
    rpc::UpstreamSettings auth;

    std::string secret_key;  ///< Empty: the command line cannot drive this service.

    std::chrono::milliseconds lock_timeout{0};
    std::chrono::milliseconds refresh_timeout{0};
    std::chrono::milliseconds poll_interval{0};
    int history_days = 0;
};

/// Declares all of it. The settings must outlive the parsing.
void add_settings(runtime::SettingsTable& table, Settings& settings);

}  // namespace loan_manager::lifecycle
