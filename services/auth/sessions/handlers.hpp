// Sign in, refresh, sign out.
#pragma once

#include <google/protobuf/empty.pb.h>
#include <boost/asio/awaitable.hpp>

#include "auth/parts.hpp"
#include "auth/sessions/guard.hpp"
#include "loanmanager/auth/v1/auth.pb.h"
#include "rpc/context.hpp"
#include "rpc/error.hpp"

namespace loan_manager::auth::sessions {

/// Throws postgres::Failure when the database fails; the server answers it.
class Handlers {
public:
    explicit Handlers(const Parts& parts) : parts_(parts) {}

    /// Errors: BAD_CREDENTIALS – the same, after the same time, for a wrong password, an unknown, a disabled and the
    /// system user –, LOGIN_THROTTLED, UNAVAILABLE when too many sign-ins are under way.
    boost::asio::awaitable<rpc::Result<loanmanager::auth::v1::TokenResponse>> login(
        rpc::CallContext& call, const loanmanager::auth::v1::LoginRequest& request);

    /// Errors: UNAUTHENTICATED for a token that is unknown, expired or revoked, TOKEN_REUSED for a spent one, which
    /// also ends its family: refresh tokens at once, access tokens within a second.
    boost::asio::awaitable<rpc::Result<loanmanager::auth::v1::TokenResponse>> refresh(
        rpc::CallContext& call, const loanmanager::auth::v1::RefreshRequest& request);

    /// Ends the session like that. Succeeds whatever the token is.
    boost::asio::awaitable<rpc::Result<google::protobuf::Empty>> logout(
        rpc::CallContext& call, const loanmanager::auth::v1::LogoutRequest& request);

private:
    /// Active, with a password that has not expired.
    bool may_sign_in(const User& user) const;
    boost::asio::awaitable<rpc::Result<bool>> check_password(const std::optional<User>& user, std::string password);
    boost::asio::awaitable<rpc::Result<loanmanager::auth::v1::TokenResponse>> open_session(rpc::CallContext& call,
                                                                                           Admission admission,
                                                                                           std::string password);
    Ending ending(WallTime now) const;

    Parts parts_;
};

}  // namespace loan_manager::auth::sessions
