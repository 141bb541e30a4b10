#pragma once

#include <chrono>
#include <string>

#include "runtime/settings.hpp"
#include "trust/authenticator.hpp"

namespace loan_manager::trust {

/// What every verifier of access tokens is told.
struct TokenSettings {
    std::string algorithm;                        ///< "EdDSA" or "HS256"
    std::string jwt_secret_key;                   ///< HS256 only
    std::chrono::milliseconds jwks_max_stale{0};  ///< how long keys outlive the last answer of auth
};

/// Adds ALGORITHM, JWT_SECRET_KEY and JWKS_MAX_STALE, and the rule that HS256 needs its secret.
void add_token_settings(runtime::SettingsTable& table, TokenSettings& settings);

AuthenticatorOptions authenticator_options(const TokenSettings& settings);

}  // namespace loan_manager::trust
