// SQL of accounts as their administration sees them: everything but secrets.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "auth/users/provision.hpp"
#include "commands/constraints.hpp"
#include "loanmanager/auth/v1/auth.pb.h"
#include "postgres/batch.hpp"
#include "postgres/rows.hpp"
#include "rpc/error.hpp"
#include "rpc/timestamp.hpp"
#include "runtime/colombo_time.hpp"
#include "validate/issue.hpp"

namespace loan_manager::auth::users {

/// What read_account() understands, of `auth.users u`.
#define LM_AUTH_ACCOUNT_COLUMNS                                                                            \
    "u.id::text, u.username, u.staff_no, u.full_name, u.email, u.phone, u.roles, u.company_scope::text[]," \
    " u.branch_scope::text[], u.is_active, u.must_change_password, u.is_demo, u.version, u.created_at,"    \
    " u.created_by::text, u.updated_at, u.updated_by::text"

/// `Account`: User, or UserWithPassword without the password.
template <class Account>
Account read_account(const postgres::Row& row) {
    using MaybeText = std::optional<std::string>;
    using List = std::vector<std::string>;
    using Time = runtime::WallTime;
    Account account;
    account.set_id(row.get<std::string>(0));
    account.set_username(row.get<std::string>(1));
    if (auto staff_no = row.get<MaybeText>(2)) account.set_staff_no(*std::move(staff_no));
    account.set_full_name(row.get<std::string>(3));
    if (auto email = row.get<MaybeText>(4)) account.set_email(*std::move(email));
    if (auto phone = row.get<MaybeText>(5)) account.set_phone(*std::move(phone));
    for (auto& role : row.get<List>(6)) account.add_roles(std::move(role));
    for (auto& id : row.get<List>(7)) account.add_company_scope(std::move(id));
    for (auto& id : row.get<List>(8)) account.add_branch_scope(std::move(id));
    account.set_is_active(row.get<bool>(9));
    account.set_must_change_password(row.get<bool>(10));
    account.set_is_demo(row.get<bool>(11));
    account.set_version(row.get<std::int32_t>(12));
    rpc::assign(*account.mutable_created_at(), row.get<Time>(13));
    account.set_created_by(row.get<std::string>(14));
    rpc::assign(*account.mutable_updated_at(), row.get<Time>(15));
    account.set_updated_by(row.get<std::string>(16));
    return account;
}

/// The row, or none.
void add_find_account(postgres::Batch& batch, const std::string& id);
/// The same, locked until the transaction ends.
void add_lock_account(postgres::Batch& batch, const std::string& id);

/// Lets one transaction at a time take away an admin's rights, so that two do not take away each other's. Taken before
/// the row's lock.
void add_lock_admins(postgres::Batch& batch);
/// Whether there is an active admin besides this user.
void add_other_admin_exists(postgres::Batch& batch, const std::string& id);
bool read_exists(const postgres::Rows& rows);

/// Ids of companies or branches given by id or code (D-203), one row for each name; nothing if one is unknown.
void add_companies(postgres::Batch& batch, const std::vector<std::string>& ids_or_codes);
void add_branches(postgres::Batch& batch, const std::vector<std::string>& ids_or_codes);
std::optional<std::vector<std::string>> read_ids(const postgres::Rows& rows);

/// Each write answers with the row as it is then.
void add_insert(postgres::Batch& batch, const std::string& id, const NewUser& user, const std::string& password_hash,
                bool must_change_password, runtime::WallTime now);
/// Stores what an administrator may change; the row's version grows.
void add_update(postgres::Batch& batch, const loanmanager::auth::v1::User& user, runtime::WallTime now,
                const std::string& by);
/// Puts a one-time password in the place of the password and ends the user's sessions and access tokens. With a
/// version: only if the row still has it (else no row).
void add_one_time_password(postgres::Batch& batch, const std::string& id, std::optional<std::int32_t> version,
                           const std::string& password_hash, runtime::WallTime now, const std::string& by);
void add_end_sessions(postgres::Batch& batch, const std::string& id, runtime::WallTime now);

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
