// The signed-in user about himself, and the staff picker.
#pragma once

#include <google/protobuf/empty.pb.h>
#include <boost/asio/awaitable.hpp>

#include "auth/parts.hpp"
#include "commands/runner.hpp"
#include "loanmanager/auth/v1/auth.pb.h"
#include "rpc/context.hpp"
#include "rpc/error.hpp"

namespace loan_manager::auth::users {

/// Throws postgres::Failure when the database fails; the server answers it.
class Handlers {
public:
    Handlers(const Parts& parts, commands::Runner& runner) : parts_(parts), runner_(runner) {}

    /// The row as it is now; permissions are those a new token would carry.
    boost::asio::awaitable<rpc::Result<loanmanager::auth::v1::Me>> get_me(
        rpc::CallContext& context, const loanmanager::auth::v1::GetMeRequest& request);

    /// Ends every other session of the user and all his access tokens; this session goes on with its refresh token.
    /// Errors: VALIDATION, PRECONDITION_FAILED, BAD_CREDENTIALS for a wrong current password, LOGIN_THROTTLED.
    boost::asio::awaitable<rpc::Result<google::protobuf::Empty>> change_password(
        rpc::CallContext& context, const loanmanager::auth::v1::ChangePasswordRequest& request);

    /// Active users in the order of their usernames (D-905, D-213).
    boost::asio::awaitable<rpc::Result<loanmanager::auth::v1::StaffList>> list_staff(
        rpc::CallContext& context, const loanmanager::auth::v1::ListStaffRequest& request);

private:
    Parts parts_;
    commands::Runner& runner_;
};

}  // namespace loan_manager::auth::users
