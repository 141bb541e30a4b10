#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "runtime/log.hpp"
#include "runtime/settings.hpp"

namespace loan_manager::runtime {

/// What every service can be told.
struct CommonSettings {
    std::string host;
    std::uint16_t port = 0;
    std::string admin_host;
    std::uint16_t admin_port = 0;
    std::string environment;
    bool debug = false;
    std::string log_level;
    std::string log_format;
    std::string log_file;
    std::uint64_t log_max_bytes = 0;
    unsigned log_backups = 0;
    std::size_t threads = 0;  ///< 0: one per processor
    std::chrono::seconds shutdown_grace_seconds{0};
    std::string instance_dir;  ///< empty: do not register
};

struct CommonDefaults {
    std::uint16_t port;
    std::uint16_t admin_port;
};

void add_common_settings(SettingsTable& table, CommonSettings& settings, const CommonDefaults& defaults);

log::Options log_options(const CommonSettings& settings, std::string service);

/// What every service with a database can be told.
struct DatabaseSettings {
    std::string database_url;      ///< in the form libpq understands; holds a password, never log it
    std::size_t db_pool_size = 0;  ///< connections of the whole process, shared out over its loops
    std::chrono::milliseconds db_lock_timeout{0};
};

void add_database_settings(SettingsTable& table, DatabaseSettings& settings);

}  // namespace loan_manager::runtime
