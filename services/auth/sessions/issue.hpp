// A pair of tokens for a session.
#pragma once

#include <string>

#include "auth/parts.hpp"
#include "auth/sessions/repository.hpp"
#include "auth/users/user.hpp"
#include "loanmanager/auth/v1/auth.pb.h"
#include "rpc/error.hpp"

namespace loan_manager::auth::sessions {

struct IssuedTokens {
    loanmanager::auth::v1::TokenResponse answer;
    NewRefreshToken stored;  ///< to be stored before the answer is given
};

/// Signs an access token with what the user may do now (see effective_grants) and draws a refresh token of the family.
/// Errors: UNAVAILABLE while there is no signing key, INTERNAL if the user's scope does not fit into a token.
rpc::Result<IssuedTokens> issue(const Parts& parts, const User& user, const std::string& family_id, WallTime now);

}  // namespace loan_manager::auth::sessions
