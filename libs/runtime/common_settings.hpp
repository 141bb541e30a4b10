#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "runtime/log.hpp"
#include "runtime/settings.hpp"

namespace loan_manager::runtime {

/// What every service can be told.
struct CommonSettings {
    /// Of services that listen on TCP.
    std::string host;
    std::uint16_t port = 0;
    /// Of services that listen on a unix socket, see instance_socket.hpp.
    std::string instance_dir;
    std::string instance;
    uid_t gateway_user = 0;  ///< what connections of this user say about their callers is believed
    std::string admin_host;
    std::uint16_t admin_port = 0;
    std::string environment;
    bool debug = false;
    std::string log_level;
    std::string log_format;
    std::string log_file;
    std::uint64_t log_max_bytes = 0;
    unsigned log_backups = 0;
    std::size_t threads = 0;  ///< 0: one per processor, see share_connections() too
    std::chrono::seconds shutdown_grace_seconds{0};
};

struct CommonDefaults {
    std::uint16_t port = 0;
    std::uint16_t admin_port = 0;
    std::string instance_dir = {};  ///< given: the service listens on a unix socket in there, not on a port
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

/// With fewer a loop, one kind of request could take all of them (postgres::PoolOptions::bulkheads).
inline constexpr std::size_t connections_per_loop = 3;

/// Rule of services whose loops share a pool: each loop has `connections_per_loop` connections or more. By itself
/// THREADS follows the pool; asked for more loops than that, the service does not start.
void share_connections(SettingsTable& table, CommonSettings& settings, const DatabaseSettings& database);

}  // namespace loan_manager::runtime
