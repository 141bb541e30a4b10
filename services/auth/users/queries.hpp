// Lists of users in the order of their usernames: the accounts of the administration, and the staff picker (D-213).
#pragma once

#include "access/identity.hpp"
#include "loanmanager/auth/v1/auth.pb.h"
#include "paging/page.hpp"
#include "rpc/error.hpp"
#include "sql/keyset_query.hpp"

namespace loan_manager::auth::users {

/// GET /v1/users. VALIDATION if there is no such role or branch: all of it at once (D-210).
rpc::Result<sql::KeysetQuery> list_users(const loanmanager::auth::v1::ListUsersRequest& request,
                                         paging::PageRequest page, const access::Identity& caller);
loanmanager::auth::v1::User read_user(const postgres::Row& row);

/// GET /v1/staff: the same of active users, whom everybody may pick from (D-905).
rpc::Result<sql::KeysetQuery> list_staff(const loanmanager::auth::v1::ListStaffRequest& request,
                                         paging::PageRequest page, const access::Identity& caller);
loanmanager::auth::v1::Staff read_staff(const postgres::Row& row);

}  // namespace loan_manager::auth::users
