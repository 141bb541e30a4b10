// SQL of auth.trust_state and auth.revocations.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "postgres/pool.hpp"

namespace loan_manager::auth::trust {

struct Revocation {
    std::string user_id;
    std::int32_t min_ver;
};

struct TrustState {
    std::int64_t epoch = 0;
    std::vector<Revocation> revocations;
};

/// The epoch and the revocations after `since` that happened after `not_before`. In the database, each change of a
/// user's token version records its revocation and raises the epoch by itself.
boost::asio::awaitable<postgres::Result<TrustState>> read(postgres::Pool& pool, std::int64_t since,
                                                          std::chrono::system_clock::time_point not_before,
                                                          postgres::OptionalDeadline deadline);

}  // namespace loan_manager::auth::trust
