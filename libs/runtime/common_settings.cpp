#include "runtime/common_settings.hpp"

namespace loan_manager::runtime {

void add_common_settings(SettingsTable& table, CommonSettings& settings, const CommonDefaults& defaults) {
    table.group("Network");
    table.text("HOST", settings.host).default_value("127.0.0.1").min_length(1).help("Address to listen on.");
    table.number("PORT", settings.port).default_value(defaults.port).help("Port to listen on; 0 takes a free one.");
    table.text("ADMIN_HOST", settings.admin_host)
        .default_value("127.0.0.1")
        .min_length(1)
        .help("Address of the admin server: /health/live, /health/ready, /metrics.");
    table.number("ADMIN_PORT", settings.admin_port)
        .default_value(defaults.admin_port)
        .help("Port of the admin server; 0 takes a free one.");
    table.text("INSTANCE_DIR", settings.instance_dir)
        .help("Directory in which this instance registers itself, as a file named host:port, while it is ready.");

    table.group("Process");
    table.text("ENVIRONMENT", settings.environment)
        .default_value("production")
        .one_of({"development", "test", "staging", "production"})
        .help("What this installation is for.");
    table.flag("DEBUG", settings.debug).default_value("false").help("Log at level debug, whatever LOG_LEVEL says.");
    table.number("THREADS", settings.threads)
        .default_value(0)
        .range(0, 256)
        .help("Event loops, a thread each; 0 means one per processor.");
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
        .range(1, 1000)
        .help(
            "Connections of the whole process, shared out over its event loops. With three or more for each loop no "
            "kind "
            "of request can take all of them.");
    table.duration("DB_LOCK_TIMEOUT", settings.db_lock_timeout)
        .default_value("3s")
        .range(100, 60'000)
        .help("A statement that waits this long for a lock gives up, and the client is told to come again.");
}

}  // namespace loan_manager::runtime
