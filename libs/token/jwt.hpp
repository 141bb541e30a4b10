// JSON Web Tokens in JWS compact serialisation (RFC 7519, RFC 7515), with the practices of RFC 8725.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include "token/key_set.hpp"

namespace loan_manager::token {

/// Longest token that is read or written, in characters.
inline constexpr std::size_t max_token_size = std::size_t{8} * 1024;

using Seconds = std::chrono::sys_seconds;

struct Claims {
    std::string issuer;    ///< iss
    std::string audience;  ///< aud
    std::string subject;   ///< sub
    std::string id;        ///< jti
    Seconds issued_at{};
    Seconds not_before{};
    Seconds expires_at{};
    /// Every other claim, as it stands.
    boost::json::object others;
};

/// What a verifier insists on.
struct Expectations {
    std::string type;      ///< `typ` header, compared without case, with or without "application/"
    std::string issuer;    ///< exact
    std::string audience;  ///< must be `aud` or one of its members
    /// Tolerated difference between clocks, at most `max_leeway`.
    std::chrono::seconds leeway{30};
};

inline constexpr std::chrono::seconds max_leeway{120};

/// Header {"alg","kid","typ"}; the algorithm is the key's. Errc::cannot_sign, Errc::too_large.
result<std::string> sign(const Claims& claims, std::string_view type, const Key& key);

/// Checks signature, type, issuer, audience and times, in this order. `sub`, `iat` and `exp` are required, `nbf` is
/// optional (then `not_before` equals `issued_at`). Pure: the caller passes the time. Safe from several threads.
result<Claims> verify(std::string_view token, const KeySet& keys, const Expectations& expected, Seconds now);

}  // namespace loan_manager::token
