// SQL of sign-in attempts, known addresses and refresh tokens.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "auth/sessions/refresh_rules.hpp"
#include "auth/sessions/throttle.hpp"
#include "auth/users/user.hpp"
#include "postgres/transaction.hpp"
#include "rpc/context.hpp"

namespace loan_manager::auth::sessions {

/// What a decision about an attempt is based on.
struct LoginFacts {
    AttemptHistory history;
    std::optional<User> user;
};

/// Takes the lock of the address, then reads. The lock lasts until the end of the transaction, so attempts from one
/// address are counted one after the other, on every instance.
boost::asio::awaitable<postgres::Result<LoginFacts>> lock_attempts(postgres::Transaction& transaction,
                                                                   const std::string& address,
                                                                   const std::string& account,
                                                                   const ThrottleLimits& limits, WallTime now);

/// Counts an attempt that is about to be made and commits; returns its id.
boost::asio::awaitable<postgres::Result<std::int64_t>> begin_attempt(postgres::Transaction& transaction,
                                                                     const std::string& address,
                                                                     const std::string& account, WallTime now);

/// Records a failed attempt, with its audit row. `trace` names the user as its caller; `locks_until` is shown with the
/// user.
boost::asio::awaitable<postgres::Result<void>> fail_attempt(postgres::Pool& pool, std::int64_t attempt,
                                                            const std::optional<User>& user,
                                                            const rpc::CallContext& trace, WallTime now,
                                                            std::optional<WallTime> locks_until);

/// Records the good end of an attempt that was no sign-in: somebody gave his current password.
boost::asio::awaitable<postgres::Result<void>> pass_attempt(postgres::Pool& pool, std::int64_t attempt,
                                                            postgres::OptionalDeadline deadline);

/// Takes an attempt back whose password was never looked at. It still counts for the address.
boost::asio::awaitable<postgres::Result<void>> withdraw_attempt(postgres::Pool& pool, std::int64_t attempt,
                                                                postgres::OptionalDeadline deadline);

/// A session as it is stored.
struct NewRefreshToken {
    std::string id, family_id, access_jti;
    std::array<std::uint8_t, 32> hash{};
    WallTime issued_at, expires_at;
};

/// Records a successful sign-in and commits: attempt, known address, user, refresh token, audit row. False: the user
/// was changed since `user` was read; nothing is stored then.
boost::asio::awaitable<postgres::Result<bool>> complete_login(postgres::Transaction& transaction, std::int64_t attempt,
                                                              const std::string& address, const User& user,
                                                              const std::optional<std::string>& new_hash,
                                                              const NewRefreshToken& token,
                                                              const rpc::CallContext& trace);

struct StoredRefreshToken {
    std::string id, family_id;
    RefreshState state;
    User user;
};

/// Locks the user, then the token; nullopt if there is none.
boost::asio::awaitable<postgres::Result<std::optional<StoredRefreshToken>>> lock_refresh_token(
    postgres::Transaction& transaction, const std::array<std::uint8_t, 32>& hash);

/// Spends `old` and stores its successor.
boost::asio::awaitable<postgres::Result<void>> rotate(postgres::Transaction& transaction, const std::string& old_id,
                                                      const std::string& user_id, const NewRefreshToken& next);

/// Ends a family; with `revoke_access` also the access tokens of its user that are out.
boost::asio::awaitable<postgres::Result<void>> end_family(postgres::Transaction& transaction,
                                                          const std::string& family_id, const std::string& user_id,
                                                          bool revoke_access, WallTime now);

/// Ends the family of a token; nothing happens if there is none or it has ended.
boost::asio::awaitable<postgres::Result<void>> logout(postgres::Pool& pool, const std::array<std::uint8_t, 32>& hash,
                                                      WallTime now, postgres::OptionalDeadline deadline);

/// Clears away what no decision needs any more, a bounded number of rows at a time.
boost::asio::awaitable<postgres::Result<void>> clear_away(postgres::Pool& pool, const ThrottleLimits& limits,
                                                          WallTime now);

}  // namespace loan_manager::auth::sessions
