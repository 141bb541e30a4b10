#include "fleet/settings.hpp"

#include "service/service.hpp"

namespace loan_manager::fleet {

void add_settings(runtime::SettingsTable& table, Settings& settings) {
    runtime::add_database_settings(table, settings.database);

    trust::add_token_settings(table, settings.tokens);
    service::add_auth_address(table, settings.auth_address);

    table.group("Stock numbers");
    table.number("STOCK_NUMBER_MAX", settings.stock_number_max)
        .default_value(9999)
        .range(9999, 999'999)
        .help("The largest running number a branch may issue. May be raised, never lowered.");

    table.group("Sales");
    table.number("SALE_PREVIEW_PRICES_PER_DAY", settings.prices_a_day)
        .default_value(10)
        .range(0, 1000)
        .help(
            "Prices of one bike about which somebody without costs:read may learn in a day whether they are a loss, "
            "by previews and refused sales. 0: no limit.");

    table.group("Audit");
    table.seconds("AUDIT_SEAL_INTERVAL_SECONDS", settings.audit_seal_interval)
        .default_value(60)
        .range(1, 3600)
        .help("How often new audit rows are added to the hash chain; each time its head is logged.");
    table.number("OUTBOX_KEEP_DAYS", settings.outbox_keep_days)
        .default_value(90)
        .range(1, 3650)
        .help("How long events stay in the outbox once every view covers them and their audit rows are sealed.");
}

}  // namespace loan_manager::fleet
