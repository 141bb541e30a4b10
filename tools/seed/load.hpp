#pragma once

#include <string>
#include <vector>

#include "runtime/colombo_time.hpp"
#include "tools/seed/demo_users.hpp"
#include "tools/support/database.hpp"

namespace loan_manager::ctl {

struct BaseLoaded {
    int companies = 0, branches = 0, rules = 0;  ///< Added; what existed is not counted.
};

/// D-303 `base`: companies, branches with counters, one commission rule each (D-809). What exists stays as it is.
/// All or nothing.
BaseLoaded load_base(Database& database);

struct UsersLoaded {
    int created = 0;
    /// Users that exist while no password of theirs is in the file: it cannot be known.
    std::vector<std::string> without_password;
};

/// The users of L-06. Passwords are taken from the file if it has them, else made up; the file is complete and safely
/// on disk before the first user is created, so that an interrupted run loses none. Hashing is spread over `threads`.
UsersLoaded load_demo_users(const std::string& database_url, const std::string& passwords_file, unsigned threads);

/// 190 bikes (L-02, L-03), unless there are demo bikes already. Needs branches and demo users. All or nothing.
/// Returns how many were added.
int load_demo_bikes(Database& database, runtime::Date today);

}  // namespace loan_manager::ctl
