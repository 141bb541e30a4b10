// What a presented refresh token is worth (D-221). Pure.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/uuid.hpp"

namespace loan_manager::auth::sessions {

/// A stored token as far as it decides about itself.
struct RefreshState {
    std::chrono::system_clock::time_point expires_at;
    bool used = false;
    bool revoked = false;
    bool user_active = true;
};

enum class RefreshVerdict {
    accept,
    refuse,       ///< unknown, expired, revoked, or its user was disabled: sign in again
    reuse,        ///< spent before: somebody else has it too, so its whole family ends
    reuse_again,  ///< spent before, and its family has ended already
};

RefreshVerdict judge(const std::optional<RefreshState>& token, std::chrono::system_clock::time_point now);

/// Access tokens issued before this moment have expired, also for a verifier whose clock is behind.
std::chrono::system_clock::time_point oldest_access_token(std::chrono::system_clock::time_point now,
                                                          std::chrono::minutes token_life);

/// A new opaque token: 256 random bits in base64url.
std::string new_refresh_token(const runtime::RandomSource& random = runtime::system_random);

/// SHA-256 of the token: all that is stored of it. The token has full entropy, so it needs no salt.
std::array<std::uint8_t, 32> refresh_token_hash(std::string_view token);

}  // namespace loan_manager::auth::sessions
