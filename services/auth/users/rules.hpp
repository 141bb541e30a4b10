// Pure rules about users.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "auth/users/user.hpp"
#include "loanmanager/auth/v1/auth.pb.h"
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

/// A one-time password works for a while only: what is forgotten in a drawer is worth nothing.
bool has_expired(const User& user, std::chrono::hours one_time_password_life,
                 std::chrono::system_clock::time_point now);

/// Without what is said twice; the order stays.
std::vector<std::string> without_repetition(std::vector<std::string> names);
bool are_roles(const std::vector<std::string>& names);

/// An account that may be handed the keys of the house.
bool is_active_admin(const loanmanager::auth::v1::User& user);

/// Brings a new user's fields into their stored form and names everything that is wrong.
std::vector<validate::Issue> check_new_user(NewUser& user);

}  // namespace loan_manager::auth
