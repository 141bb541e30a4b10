#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tools/seed/demo_users.hpp"

namespace loan_manager::ctl {

// The file is a JSON list: [{"username", "password", "full_name", "roles", "company_codes", "branch_codes"}, …]

/// Username → password; empty when there is no file. Throws Failure when it cannot be read.
std::map<std::string, std::string> read_passwords(const std::filesystem::path& path);

/// Replaces the file at once and durably, mode 0600 from the first byte. Users without a password are left out.
/// Leaves a file alone that says the same already. Throws Failure.
void write_passwords(const std::filesystem::path& path, const std::vector<DemoUser>& users);

/// About 60 bits nobody can guess, easy to type: "k7mw-p3xq-9fhd".
std::string make_password();

}  // namespace loan_manager::ctl
