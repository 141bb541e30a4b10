// Passwords for people to type once.
#pragma once

#include <string>
#include <string_view>

#include "runtime/uuid.hpp"
#include "validate/issue.hpp"

namespace loan_manager::auth::passwords {

/// Four groups of five characters without look-alikes, e.g. "k7wmx-3hqzt-p9d4r-ny8cv": about 98 bits.
std::string one_time_password(const runtime::RandomSource& random = runtime::system_random);

/// What is wrong with a password somebody chose (D-221: 10–128 characters of valid UTF-8), as an issue token of
/// D-211; empty when nothing is.
validate::IssueToken password_issue(std::string_view password);

}  // namespace loan_manager::auth::passwords
