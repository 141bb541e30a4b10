// Pure rules about users.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/users/user.hpp"
#include "validate/issue.hpp"

namespace loan_manager::auth {

struct NewUser;

/// As stored: trimmed and in lower case.
std::string normalise_username(std::string_view typed);

/// `^[a-z0-9._-]{3,50}$`
bool is_username(std::string_view normalised);

/// What a token of this user carries: nothing but the name while the one-time password has not been changed, so that
/// he can do no more than look at himself and change it.
struct Grants {
    std::vector<std::string> roles, company_scope, branch_scope;
};
Grants effective_grants(const User& user);

/// Brings a new user's fields into their stored form and names everything that is wrong.
std::vector<validate::Issue> check_new_user(NewUser& user);

}  // namespace loan_manager::auth
