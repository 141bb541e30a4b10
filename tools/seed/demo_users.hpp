#pragma once

#include <string>
#include <vector>

namespace loan_manager::ctl {

struct DemoUser {
    std::string username, full_name, staff_no;
    std::vector<std::string> roles;
    std::vector<std::string> company_codes;
    std::vector<std::string> branch_codes;
    std::string password;  ///< Empty until one is known.
};

/// The users of L-06 with their usernames, roles and scopes; always the same. Pure.
std::vector<DemoUser> demo_users();

/// Username of a branch's manager (0) or agent (1–4).
std::string branch_username(std::string branch_code, int person);

}  // namespace loan_manager::ctl
