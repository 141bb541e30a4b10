#pragma once

#include <string>
#include <vector>

#include "rpc/error.hpp"
#include "tools/support/database.hpp"

namespace loan_manager::ctl {

/// Codes → ids, in the same order. Throws Failure (usage) naming an unknown code.
std::vector<std::string> company_ids(Database& database, const std::vector<std::string>& codes);
std::vector<std::string> branch_ids(Database& database, const std::vector<std::string>& codes);

/// An error of the shared business code as the operator should see it.
Failure failure_of(const rpc::Error& error);

}  // namespace loan_manager::ctl
