// The command behind PATCH /v1/users/{id}.
#pragma once

#include <vector>

#include "commands/runner.hpp"
#include "loanmanager/auth/v1/auth.pb.h"

namespace loan_manager::auth::users {

/// New roles, scope or activity end the access tokens that are out (D-221, a trigger of the table); a user who is no
/// longer active loses his sessions, too. There is always an active admin: INVALID_STATE otherwise.
class UpdateAccount final
    : public commands::Command<loanmanager::auth::v1::UpdateUserRequest, loanmanager::auth::v1::User> {
public:
    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;
};

}  // namespace loan_manager::auth::users
