// What an administrator does to accounts: a function a command, run by commands::Runner.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "auth/passwords/hash_pool.hpp"
#include "commands/command_context.hpp"
#include "loanmanager/auth/v1/auth.pb.h"
#include "rpc/error.hpp"

namespace loan_manager::auth::users {

/// A new account with a one-time password, which the answer shows once: it is stored nowhere, not even with the answer
/// of the idempotency key, so a replay has null in its place (D-215). Who lost it resets the password.
boost::asio::awaitable<rpc::Result<loanmanager::auth::v1::UserWithPassword>> create_account(
    commands::CommandContext& command, const loanmanager::auth::v1::CreateUserRequest& request,
    passwords::HashPool& hashes);

/// PATCH. New roles, scope or activity end the access tokens that are out (D-221, a trigger of the table); a user who
/// is no longer active loses his sessions, too. There is always an active admin: INVALID_STATE otherwise.
boost::asio::awaitable<rpc::Result<loanmanager::auth::v1::User>> update_account(
    commands::CommandContext& command, const loanmanager::auth::v1::UpdateUserRequest& request);

/// A one-time password in place of the password, shown once like that of a new account; every session and access token
/// of the user ends.
boost::asio::awaitable<rpc::Result<loanmanager::auth::v1::UserWithPassword>> reset_account(
    commands::CommandContext& command, const loanmanager::auth::v1::ResetPasswordRequest& request,
    passwords::HashPool& hashes);

}  // namespace loan_manager::auth::users
