// The command behind POST /v1/users.
#pragma once

#include <vector>

#include "auth/passwords/hash_pool.hpp"
#include "commands/runner.hpp"
#include "loanmanager/auth/v1/auth.pb.h"

namespace loan_manager::auth::users {

/// A new account with a one-time password, which the answer shows once: it is stored nowhere, not even with the answer
/// of the idempotency key, so a replay has null in its place (D-215). Who lost it resets the password.
class CreateAccount final
    : public commands::Command<loanmanager::auth::v1::CreateUserRequest, loanmanager::auth::v1::UserWithPassword> {
public:
    explicit CreateAccount(passwords::HashPool& hashes) : hashes_(hashes) {}

    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;

private:
    passwords::HashPool& hashes_;
};

}  // namespace loan_manager::auth::users
