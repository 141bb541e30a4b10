// The command behind POST /v1/users/{id}/reset-password.
#pragma once

#include <vector>

#include "auth/passwords/hash_pool.hpp"
#include "commands/runner.hpp"
#include "loanmanager/auth/v1/auth.pb.h"

namespace loan_manager::auth::users {

/// A one-time password in place of the password; every session and access token of the user ends. What CreateAccount
/// says about the password holds here as well.
class ResetAccount final
    : public commands::Command<loanmanager::auth::v1::ResetPasswordRequest, loanmanager::auth::v1::UserWithPassword> {
public:
    explicit ResetAccount(passwords::HashPool& hashes) : hashes_(hashes) {}

    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;

private:
    passwords::HashPool& hashes_;
};

}  // namespace loan_manager::auth::users
