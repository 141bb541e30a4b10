// The command behind POST /v1/me/password.
#pragma once

#include <google/protobuf/empty.pb.h>
#include <boost/asio/awaitable.hpp>

#include "auth/parts.hpp"
#include "auth/sessions/guard.hpp"
#include "commands/runner.hpp"
#include "loanmanager/auth/v1/auth.pb.h"

namespace loan_manager::auth::users {

/// Ends every other session of the user and all his access tokens; this session goes on with its refresh token.
/// Errors: VALIDATION, PRECONDITION_FAILED, BAD_CREDENTIALS for a wrong current password.
///
/// Checks the current password inside the command, after the idempotency look-up: a retry of a change that succeeded
/// is replayed although the password it names as current no longer is.
boost::asio::awaitable<rpc::Result<google::protobuf::Empty>> change_password(
    commands::CommandContext& command, const loanmanager::auth::v1::ChangePasswordRequest& request, const Parts& parts);

/// Counted like a sign-in: a stolen access token must not become a way to guess the password. Error: LOGIN_THROTTLED.
extern const commands::Runner::Frame<sessions::Admission, loanmanager::auth::v1::ChangePasswordRequest, const Parts&>
    counted_like_sign_in;

}  // namespace loan_manager::auth::users
