#include "runtime/common_settings.hpp"

#include <unistd.h>

#include <algorithm>

#include "runtime/instance_socket.hpp"
#include "runtime/loops.hpp"

namespace loan_manager::runtime {
namespace {

constexpr std::string_view no_tcp =
    "services are reached by unix sockets (INSTANCE_DIR, INSTANCE); TCP between services needs mutual TLS, which this "
    "version does not have";

void add_socket(SettingsTable& table, CommonSettings& settings, const std::string& directory) {
    table.text("INSTANCE_DIR", settings.instance_dir)
        .default_value(directory)
        .min_length(1)
        .help(
            "Directory of the sockets of all instances, which lists them: only this service's user may write to it. "
            "Made if it is missing.");
    table
        .custom("INSTANCE", "name", "must be 1 to 32 letters, digits, '-' or '_'",
                [&settings](std::string_view text) -> std::optional<std::string> {
                    if (!is_instance_name(text)) {
                        return "must be 1 to 32 letters, digits, '-' or '_'";
                    }
                    settings.instance = text;
                    return std::nullopt;
                })
        .default_value("1")
        .help("Name of this instance: it listens on INSTANCE_DIR/INSTANCE.sock, which is there while it is ready.");
    settings.gateway_user = ::geteuid();
    table.user("GATEWAY_USER", settings.gateway_user)
        .help(
            "The user the gateway runs as, by default that of this process. Only from connections of this user are "
            "client address, user agent and request id of a call believed.");
    table.refused("HOST", no_tcp);
    table.refused("PORT", no_tcp);
}

}  // namespace

void add_common_settings(SettingsTable& table, CommonSettings& settings, const CommonDefaults& defaults) {
    table.group("Network");
    if (defaults.instance_dir.empty()) {
        table.text("HOST", settings.host).default_value("127.0.0.1").min_length(1).help("Address to listen on.");
        table.number("PORT", settings.port).default_value(defaults.port).help("Port to listen on; 0 takes a free one.");
    } else {
        add_socket(table, settings, defaults.instance_dir);
    }
    table.text("ADMIN_HOST", settings.admin_host)
        .default_value("127.0.0.1")
        .min_length(1)
        .help("Address of the admin server: /health/live, /health/ready, /metrics.");
    table.number("ADMIN_PORT", settings.admin_port)
        .default_value(defaults.admin_port)
        .help("Port of the admin server; 0 takes a free one.");

    table.group("Process");
    table.text("ENVIRONMENT", settings.environment)
        .default_value("production")
        .one_of({"development", "test", "staging", "production"})
        .help("What this installation is for.");
    table.flag("DEBUG", settings.debug).default_value("false").help("Log at level debug, whatever LOG_LEVEL says.");
    table.number("THREADS", settings.threads)
        .default_value(0)
        .range(0, 256)
        .help(
            "Event loops, a thread each; 0 means one per processor, but with a database no more than a third of "
            "DB_POOL_SIZE.");
    table.seconds("SHUTDOWN_GRACE_SECONDS", settings.shutdown_grace_seconds)
        .default_value(15)
        .range(0, 3600)
        .help("How long a stopping process waits for what is under way.");

    table.group("Logging");
    table.text("LOG_LEVEL", settings.log_level)
        .default_value("info")
        .one_of({"debug", "info", "warning", "error"})
        .help("The least severe lines that are written.");
    table.text("LOG_FORMAT", settings.log_format)
        .default_value("json")
        .one_of({"json", "console"})
        .help("JSON lines for machines, or lines for people.");
    table.text("LOG_FILE", settings.log_file)
        .help("File to log to; reopened on SIGHUP. Without it lines go to standard error.");
    table.number("LOG_MAX_BYTES", settings.log_max_bytes)
        .default_value(10 * 1024 * 1024)
        .help("Size at which LOG_FILE is rotated; 0 leaves that to logrotate.");
    table.number("LOG_BACKUPS", settings.log_backups).default_value(5).range(1, 100).help("Rotated files to keep.");
}

log::Options log_options(const CommonSettings& settings, std::string service) {
    log::Options options;
    options.service = std::move(service);
    options.level = settings.log_level == "debug" || settings.debug ? log::Level::debug
                    : settings.log_level == "warning"               ? log::Level::warning
                    : settings.log_level == "error"                 ? log::Level::error
                                                                    : log::Level::info;
    options.format = settings.log_format == "console" ? log::Format::console : log::Format::json;
    options.file = settings.log_file;
    options.max_bytes = settings.log_max_bytes;
    options.backups = settings.log_backups;
    return options;
}

void add_database_settings(SettingsTable& table, DatabaseSettings& settings) {
    table.group("Database");
    table.database_url("DATABASE_URL", settings.database_url)
        .required()
        .help("The PostgreSQL database; postgresql+asyncpg:// is understood too.");
    table.number("DB_POOL_SIZE", settings.db_pool_size)
        .default_value(10)
        .range(connections_per_loop, 1000)
        .help(
            "Connections of the whole process, shared out over its event loops: three or more for each, so that no "
            "kind of request can take all of them.");
    table.duration("DB_LOCK_TIMEOUT", settings.db_lock_timeout)
        .default_value("3s")
        .range(100, 60'000)
        .help("A statement that waits this long for a lock gives up, and the client is told to come again.");
}

void share_connections(SettingsTable& table, CommonSettings& settings, const DatabaseSettings& database) {
    table.rule([&settings, &database](SettingsErrors& errors) {
        const std::size_t most = database.db_pool_size / connections_per_loop;
        if (settings.threads == 0) {
            settings.threads = std::min(one_per_processor(), most);
        } else if (settings.threads > most) {
            errors.add("DB_POOL_SIZE", "must be " + std::to_string(settings.threads * connections_per_loop) +
                                           " or more for " + std::to_string(settings.threads) +
                                           " event loops (THREADS), three connections for each");
        }
    });
}

}  // namespace loan_manager::runtime
