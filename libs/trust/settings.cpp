#include "trust/settings.hpp"

#include "token/key.hpp"

namespace loan_manager::trust {

void add_token_settings(runtime::SettingsTable& table, TokenSettings& settings) {
    table.group("Access tokens");
    table.text("ALGORITHM", settings.algorithm)
        .default_value("EdDSA")
        .one_of({"EdDSA", "HS256"})
        .help("How access tokens are signed; the same for every service.");
    table.text("JWT_SECRET_KEY", settings.jwt_secret_key)
        .secret()
        .min_length(token::min_secret_size)
        .help("Shared secret for ALGORITHM=HS256, the same for every service.");
    table.duration("JWKS_MAX_STALE", settings.jwks_max_stale)
        .default_value("1h")
        .range(1'000, 7 * 86'400'000LL)
        .help("How long known keys stay in use while auth cannot be reached.");
    table.rule([&settings](runtime::SettingsErrors& errors) {
        if (settings.algorithm == "HS256" && settings.jwt_secret_key.empty()) {
            errors.add("JWT_SECRET_KEY", "must be given when ALGORITHM is HS256");
        }
    });
}

AuthenticatorOptions authenticator_options(const TokenSettings& settings) {
    AuthenticatorOptions options;
    options.algorithm = settings.algorithm;
    options.shared_secret = settings.jwt_secret_key;
    options.max_stale = std::chrono::duration_cast<std::chrono::seconds>(settings.jwks_max_stale);
    return options;
}

}  // namespace loan_manager::trust
