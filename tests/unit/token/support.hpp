// Keys and hand-made tokens for the tests of libs/token.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "token/access_token.hpp"
#include "token/base64url.hpp"

namespace loan_manager::token::testing {

inline constexpr Seconds now{std::chrono::seconds{1'800'000'000}};

inline const std::string shared_secret = "0123456789abcdef0123456789abcdef";

inline Key secret_key(std::string kid = {}) { return Key::hs256(shared_secret, std::move(kid)).value(); }

inline KeySet set_of(std::initializer_list<Key> keys) {
    KeySet set;
    for (const Key& key : keys) set.add(key).value();
    return set;
}

// A token of exactly this header and payload text, signed by `key` whatever the header says.
inline std::string forge(std::string_view header, std::string_view payload, const Key& key) {
    std::string text = base64url_encode(header) + '.' + base64url_encode(payload);
    return text + '.' + base64url_encode(key.sign(text).value());
}

inline AccessToken sample() {
    return {.user_id = "0190a000-0000-7000-8000-000000000001",
            .username = "nimal",
            .roles = {"branch_manager", "viewer"},
            .company_scope = {},
            .branch_scope = {"0190a000-0000-7000-8000-0000000000b1"},
            .version = 3,
            .id = "0190a000-0000-7000-8000-0000000000f1",
            .issued_at = now,
            .expires_at = now + std::chrono::minutes{30}};
}

}  // namespace loan_manager::token::testing
