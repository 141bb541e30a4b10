// The suite's access token: which claims it has and what every verifier insists on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "token/jwt.hpp"

namespace loan_manager::token {

inline constexpr std::string_view access_token_type = "at+jwt";
inline constexpr std::string_view access_token_issuer = "loan-manager";
inline constexpr std::string_view access_token_audience = "loan-manager-api";

/// Expectations with the constants above and 30 s leeway.
const Expectations& access_token_expectations();

struct AccessToken {
    std::string user_id;  ///< sub, lower-case UUID
    std::string username;
    std::vector<std::string> roles;
    std::vector<std::string> company_scope;  ///< company UUIDs
    std::vector<std::string> branch_scope;   ///< branch UUIDs
    std::int32_t version = 0;                ///< ver: smaller ones than the user's current are refused
    std::string id;                          ///< jti
    Seconds issued_at{};
    Seconds expires_at{};
};

result<std::string> sign_access_token(const AccessToken& access, const Key& key);

/// `verify` with the expectations above, plus: every claim present and of the right type (Errc::bad_claim).
result<AccessToken> verify_access_token(std::string_view token, const KeySet& keys, Seconds now);

}  // namespace loan_manager::token
