#include "lifecycle-refresher/settings.hpp"

#include "token/key.hpp"

namespace loan_manager::lifecycle {

void add_settings(runtime::SettingsTable& table, Settings& settings) {
    runtime::add_database_settings(table, settings.database);

    trust::add_token_settings(table, settings.tokens);
    rpc::add_upstream_settings(table, "AUTH", "auth", settings.auth);

    table.group("Refreshing");
    table.text("SECRET_KEY", settings.secret_key)
        .secret()
        .min_length(token::min_secret_size)
        .help("Lets loan-managerctl, given the same secret, refresh views. Without it only signed-in users can.");
    table.duration("REFRESH_LOCK_TIMEOUT", settings.lock_timeout)
        .default_value("5s")
        .range(100, 600'000)
        .help("How long a refresh waits for a lock on its view before it fails and is retried.");
    table.duration("REFRESH_TIMEOUT", settings.refresh_timeout)
        .default_value("15m")
        .range(1'000, 86'400'000)
        .help("How long a refresh may take.");
    table.duration("REFRESH_POLL_INTERVAL", settings.poll_interval)
        .default_value("5s")
        .range(100, 60'000)
        .help("How often changes are looked for when no notification arrives.");
    table.number("REFRESH_HISTORY_DAYS", settings.history_days)
        .default_value(90)
        .range(1, 3650)
        .help("How long the record of a refresh is kept.");
}

}  // namespace loan_manager::lifecycle
