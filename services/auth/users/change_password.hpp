// The command behind POST /v1/me/password.
#pragma once

#include <google/protobuf/empty.pb.h>

#include <string>
#include <vector>

#include "auth/passwords/hash_pool.hpp"
#include "commands/runner.hpp"
#include "loanmanager/auth/v1/auth.pb.h"

namespace loan_manager::auth::users {

/// Checks the current password inside the command, after the idempotency look-up: a retry of a change that succeeded
/// is replayed although the password it names as current no longer is.
class ChangePassword final
    : public commands::Command<loanmanager::auth::v1::ChangePasswordRequest, google::protobuf::Empty> {
public:
    explicit ChangePassword(passwords::HashPool& hashes) : hashes_(hashes) {}

    using Request = loanmanager::auth::v1::ChangePasswordRequest;

    void prepare(commands::Unit& unit, const Request& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<google::protobuf::Empty>> execute(commands::Unit& unit, const Request& request,
                                                                         std::vector<postgres::Rows>& reads) override;

private:
    passwords::HashPool& hashes_;
};

}  // namespace loan_manager::auth::users
