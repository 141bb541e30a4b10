// SQL of sign-in attempts, known addresses, refresh tokens and the access tokens that end with them.
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
/// address are counted one after the other, on every instance. Throws postgres::Failure.
boost::asio::awaitable<LoginFacts> lock_attempts(postgres::Transaction& transaction, const std::string& address,
                                                 const std::string& account, const ThrottleLimits& limits,
                                                 WallTime now);

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

/// Locks the user, then the token; nullopt if there is none. Throws postgres::Failure.
boost::asio::awaitable<std::optional<StoredRefreshToken>> lock_refresh_token(postgres::Transaction& transaction,
                                                                             const std::array<std::uint8_t, 32>& hash);

/// Spends `old` and stores its successor.
boost::asio::awaitable<postgres::Result<void>> rotate(postgres::Transaction& transaction, const std::string& old_id,
                                                      const std::string& user_id, const NewRefreshToken& next);

/// The moment a session ends at, and what is alive then.
struct Ending {
    WallTime at;
    WallTime oldest_access_token;  ///< Access tokens issued earlier have expired; see refresh_rules.
};

/// Ends the session that a refresh token belongs to, with its access tokens, which verifiers learn from auth.trust.
/// Other sessions of the user go on, unless this one has more access tokens than can be listed. Nothing happens if
/// there is no such token or its session has ended. The user must be locked.
boost::asio::awaitable<postgres::Result<void>> end_session(postgres::Transaction& transaction,
                                                           const std::array<std::uint8_t, 32>& hash,
                                                           const Ending& ending);

/// The same as a transaction of its own, which locks the user.
boost::asio::awaitable<postgres::Result<void>> logout(postgres::Pool& pool, const std::array<std::uint8_t, 32>& hash,
                                                      const Ending& ending, postgres::OptionalDeadline deadline);

/// How long things last.
struct Lives {
    const ThrottleLimits& throttle;
    std::chrono::minutes access_token;
    std::int64_t refresh_token_days;
};

/// Clears away what no decision needs any more, and brings back what lies further ahead than it can mean (the clock was
/// put back), at most 500 rows in a step and 20 steps of each kind.
boost::asio::awaitable<postgres::Result<void>> clear_away(postgres::Pool& pool, const Lives& lives, WallTime now);

}  // namespace loan_manager::auth::sessions
