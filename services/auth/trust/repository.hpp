// SQL of auth.trust_state, auth.revocations and auth.revoked_tokens.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "auth/keys/rules.hpp"
#include "postgres/pool.hpp"

namespace loan_manager::auth::trust {

struct Revocation {
    std::string user_id;
    std::int32_t min_ver;
};

struct TrustState {
    std::int64_t epoch = 0;
    std::vector<keys::KeyRecord> keys;  ///< Not older than the epoch.
    std::vector<Revocation> revocations;
    std::vector<std::string> revoked_tokens;  ///< `jti`
};

/// Revocations before that concern no living token.
struct Relevance {
    std::chrono::system_clock::time_point users_after, tokens_after;
};

/// The epoch and the relevant revocations after `since`. In the database, each change of a user's token version records
/// its revocation and raises the epoch by itself; single tokens are recorded by `sessions/` when their session ends.
boost::asio::awaitable<postgres::Result<TrustState>> read(postgres::Pool& pool, std::int64_t since,
                                                          const Relevance& relevance,
                                                          postgres::OptionalDeadline deadline);

}  // namespace loan_manager::auth::trust
