// A user as the database holds it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace loan_manager::auth {

struct User {
    std::string id;
    std::string username;
    std::string full_name;
    std::optional<std::string> staff_no, email, phone;
    std::string password_hash;
    /// The password is a one-time password.
    bool must_change_password = false;
    std::chrono::system_clock::time_point password_changed_at{};
    std::vector<std::string> roles;
    std::vector<std::string> company_scope, branch_scope;  // UUIDs
    bool is_active = false;
    std::int32_t token_version = 0;
    std::int32_t version = 0;
};

}  // namespace loan_manager::auth
