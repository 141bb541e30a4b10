// Lists of users in the order of their usernames: the staff picker, and the accounts of the administration (D-213).
#pragma once

#include <boost/asio/awaitable.hpp>

#include "auth/parts.hpp"
#include "loanmanager/auth/v1/auth.pb.h"
#include "rpc/context.hpp"
#include "rpc/error.hpp"

namespace loan_manager::auth::users {

/// VALIDATION if there is no such role or branch; BAD_CURSOR. Throws postgres::Failure.
boost::asio::awaitable<rpc::Result<loanmanager::auth::v1::UserList>> list_users(
    const Parts& parts, const rpc::CallContext& call, const loanmanager::auth::v1::ListUsersRequest& request);
/// The same of active users.
boost::asio::awaitable<rpc::Result<loanmanager::auth::v1::StaffList>> list_staff(
    const Parts& parts, const rpc::CallContext& call, const loanmanager::auth::v1::ListStaffRequest& request);

}  // namespace loan_manager::auth::users
