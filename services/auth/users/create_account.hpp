// The command behind POST /v1/users.
#pragma once

#include <optional>
#include <vector>

#include "auth/passwords/hash_pool.hpp"
#include "commands/runner.hpp"
#include "loanmanager/auth/v1/auth.pb.h"

namespace loan_manager::auth::users {

/// A new account with a one-time password, which the answer shows once. The stored answer of the idempotency key shows
/// it again to a retry for 24 h (D-215); the password itself expires, so no copy of the database holds a lasting
/// secret.
class CreateAccount final
    : public commands::Command<loanmanager::auth::v1::CreateUserRequest, loanmanager::auth::v1::UserWithPassword> {
public:
    explicit CreateAccount(passwords::HashPool& hashes) : hashes_(hashes) {}

    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;
    std::optional<rpc::Error> refuse(const postgres::Error& error) override;

private:
    passwords::HashPool& hashes_;
};

}  // namespace loan_manager::auth::users
