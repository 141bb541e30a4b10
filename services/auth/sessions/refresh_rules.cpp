#include "auth/sessions/refresh_rules.hpp"

#include <algorithm>

#include "digest/sha256.hpp"
#include "token/base64url.hpp"
#include "token/jwt.hpp"

namespace loan_manager::auth::sessions {

RefreshVerdict judge(const std::optional<RefreshState>& token, std::chrono::system_clock::time_point now) {
    if (!token) return RefreshVerdict::refuse;
    // A spent token betrays a theft also when it has expired meanwhile: its successors may be alive.
    if (token->used) return token->revoked ? RefreshVerdict::reuse_again : RefreshVerdict::reuse;
    if (token->revoked || token->expires_at <= now || !token->user_active) return RefreshVerdict::refuse;
    return RefreshVerdict::accept;
}

std::chrono::system_clock::time_point oldest_access_token(std::chrono::system_clock::time_point now,
                                                          std::chrono::minutes token_life) {
    return now - token_life - token::max_leeway;
}

std::string new_refresh_token(const runtime::RandomSource& random) {
    std::array<std::uint8_t, 32> bits{};
    random(bits);
    return token::base64url_encode(bits);
}

std::array<std::uint8_t, 32> refresh_token_hash(std::string_view token) {
    std::array<std::uint8_t, 32> digest{};
    std::ranges::copy(digest::sha256({token}), digest.begin());
    return digest;
}

}  // namespace loan_manager::auth::sessions
