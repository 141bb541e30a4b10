// Counting of password guesses, for everything that takes a password.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "auth/parts.hpp"
#include "auth/sessions/repository.hpp"
#include "rpc/context.hpp"
#include "rpc/error.hpp"

namespace loan_manager::auth::sessions {

/// An attempt that was let through and counted; its outcome must be recorded.
struct Admission {
    std::int64_t attempt = 0;
    std::string address;
    std::optional<User> user;  ///< of that username
    /// Until when account and address have to wait if this attempt fails.
    std::optional<WallTime> locks_until;
};

/// Counts an attempt at the password of `account` by the caller's address, before the password is looked at: parallel
/// guesses on any number of instances cannot get more tries than one after the other. Error: LOGIN_THROTTLED with the
/// time to wait. Throws postgres::Failure.
boost::asio::awaitable<rpc::Result<Admission>> admit(const Parts& parts, const rpc::CallContext& call,
                                                     std::string account);

}  // namespace loan_manager::auth::sessions
