// Administration of accounts.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "auth/parts.hpp"
#include "commands/runner.hpp"
#include "loanmanager/auth/v1/auth.pb.h"
#include "rpc/server.hpp"

namespace loan_manager::auth::users {

/// UserService. Throws postgres::Failure when the database fails; the server answers it.
class AccountHandlers {
public:
    AccountHandlers(const Parts& parts, commands::Runner& runner) : parts_(parts), runner_(runner) {}

    void register_with(rpc::Server& server);

    boost::asio::awaitable<rpc::Result<loanmanager::auth::v1::User>> get(
        rpc::CallContext& call, const loanmanager::auth::v1::GetUserRequest& request);

private:
    Parts parts_;
    commands::Runner& runner_;
};

}  // namespace loan_manager::auth::users
