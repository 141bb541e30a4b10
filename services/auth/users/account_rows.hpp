// Rows of auth.users as their administration sees them: everything but secrets. Columns, locks, and what commands leave
// behind.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "commands/change.hpp"
#include "commands/constraints.hpp"
#include "loanmanager/auth/v1/auth.pb.h"
#include "postgres/params.hpp"
#include "postgres/statement.hpp"
#include "rpc/error.hpp"
#include "runtime/colombo_time.hpp"
#include "sql/round_trip.hpp"
#include "sql/table.hpp"
#include "validate/issue.hpp"

namespace loan_manager::auth::users {

/// Over `auth.users u`.
const sql::TableOf<loanmanager::auth::v1::User>& account_table();

/// NOT_FOUND if there is no such user.
sql::Handle<rpc::Result<loanmanager::auth::v1::User>> add_find_account(sql::RoundTrip& trip, const std::string& id);
/// The same, locked until the transaction ends.
sql::Handle<rpc::Result<loanmanager::auth::v1::User>> add_lock_account(sql::RoundTrip& trip, const std::string& id);

/// Lets one transaction at a time take away an admin's rights, so that two do not take away each other's. Taken before
/// the row's lock.
void add_lock_admins(sql::RoundTrip& trip);
/// Whether there is an active admin besides this user. After the locks, so that it sees what was committed before they
/// were granted.
sql::Handle<bool> add_other_admin_exists(sql::RoundTrip& trip, const std::string& id);

/// Ids of companies or branches given by id or code (D-203), one for each name; nothing if one is unknown.
using Ids = std::optional<std::vector<std::string>>;
sql::Handle<Ids> add_companies(sql::RoundTrip& trip, std::vector<std::string> ids_or_codes);
sql::Handle<Ids> add_branches(sql::RoundTrip& trip, std::vector<std::string> ids_or_codes);

/// A write that travels in a trip of its command's choice.
struct Write {
    const postgres::Statement& statement;
    postgres::Params values;
};
/// A new row with its password.
Write insert(const loanmanager::auth::v1::User& user, const std::string& password_hash, runtime::WallTime now);
/// Puts a one-time password in the place of the password and ends the user's access tokens; his sessions end by
/// end_sessions(). With a version: only if the row still has it (else no row). Answers with the row as it is then.
Write replace_password(const std::string& id, std::optional<std::int32_t> version, const std::string& password_hash,
                       runtime::WallTime now, const std::string& by);
Write end_sessions(const std::string& id, runtime::WallTime now);

/// The audit row of a change. No branch: only who reads everything reads about accounts.
commands::Change change_of(const char* action, const loanmanager::auth::v1::User& user,
                           sql::Difference difference = {});

inline constexpr std::array constraints{
    commands::Constraint{"users_username_key", "DUPLICATE", "username", validate::issue::duplicate,
                         "There is a user with this username already."},
    // Checked before the index can be: whoever wants to be called `system` asks for a name that is taken (D-205).
    commands::Constraint{"users_system_cannot_sign_in", "DUPLICATE", "username", validate::issue::duplicate,
                         "There is a user with this username already."},
    commands::Constraint{"users_staff_no_key", "DUPLICATE", "staff_no", validate::issue::duplicate,
                         "There is a user with this staff_no already."},
};

}  // namespace loan_manager::auth::users
