// The signed-in user about himself.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "auth/parts.hpp"
#include "loanmanager/auth/v1/auth.pb.h"
#include "rpc/context.hpp"
#include "rpc/error.hpp"

namespace loan_manager::auth::users {

/// Throws postgres::Failure when the database fails; the server answers it.
class Handlers {
public:
    explicit Handlers(const Parts& parts) : parts_(parts) {}

    /// The row as it is now; permissions are those a new token would carry.
    boost::asio::awaitable<rpc::Result<loanmanager::auth::v1::Me>> get_me(
        rpc::CallContext& call, const loanmanager::auth::v1::GetMeRequest& request);

private:
    Parts parts_;
};

}  // namespace loan_manager::auth::users
