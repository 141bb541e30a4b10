#include "fleet/settings.hpp"

#include "token/key.hpp"

namespace loan_manager::fleet {

void add_settings(runtime::SettingsTable& table, Settings& settings) {
    runtime::add_database_settings(table, settings.database);

    table.group("Access tokens");
    table.text("ALGORITHM", settings.algorithm)
        .default_value("EdDSA")
        .one_of({"EdDSA", "HS256"})
        .help("How access tokens are signed.");
    table.text("JWT_SECRET_KEY", settings.jwt_secret_key)
        .secret()
        .min_length(token::min_secret_size)
        .help("The shared secret of ALGORITHM=HS256.");
    table.text("AUTH_ADDRESS", settings.auth_address)
        .default_value("127.0.0.1:50051")
        .help("Where auth listens: host:port[,host:port…], dns:///name:port or dir:/path.");
    table.duration("JWKS_MAX_STALE", settings.jwks_max_stale)
        .default_value("1h")
        .range(1'000, 7 * 86'400'000LL)
        .help("How long known keys stay in use while auth cannot be reached.");
    table.rule([&settings](runtime::SettingsErrors& errors) {
        if (settings.algorithm == "HS256" && settings.jwt_secret_key.empty()) {
            errors.add("JWT_SECRET_KEY", "must be given when ALGORITHM is HS256");
        }
    });

    table.group("Stock numbers");
    table.number("STOCK_NUMBER_MAX", settings.stock_number_max)
        .default_value(9999)
        .range(9999, 999'999)
        .help("The largest running number a branch may issue. May be raised, never lowered.");
}

}  // namespace loan_manager::fleet
