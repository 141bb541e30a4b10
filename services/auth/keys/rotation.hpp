// The operator's command `loan-manager-auth rotate-key`.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <string>

#include "auth/keys/key_directory.hpp"
#include "postgres/connection.hpp"
#include "runtime/clock.hpp"

namespace loan_manager::auth::keys {

/// Makes a new key for this host; running instances of the host sign with it a few seconds later. The former keys stay
/// valid until the tokens they signed have expired, or, with `revoke_old` (they may be known to somebody), end at once:
/// then everybody has to refresh or sign in again. Returns the new kid. Throws KeyDirectoryError.
boost::asio::awaitable<postgres::Result<std::string>> rotate(postgres::Connection& connection,
                                                             const KeyDirectory& directory, bool revoke_old,
                                                             std::chrono::minutes token_life,
                                                             const runtime::Clock& clock);

/// The command itself, with its own settings from flags and environment; returns the exit code.
int rotate_key_command(int argc, char** argv);

}  // namespace loan_manager::auth::keys
