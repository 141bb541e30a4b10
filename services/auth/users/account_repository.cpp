#include "auth/users/account_repository.hpp"

#include <algorithm>
#include <cctype>

namespace loan_manager::auth::users {
namespace {

using postgres::Batch;
using postgres::Params;
using postgres::Statement;

constexpr Statement find_account{"auth.accounts.find",
                                 "SELECT " LM_AUTH_ACCOUNT_COLUMNS " FROM auth.users u WHERE u.id = $1"};

// FOR NO KEY UPDATE: rows of other tables that refer to the user need not wait.
constexpr Statement lock_account{
    "auth.accounts.lock", "SELECT " LM_AUTH_ACCOUNT_COLUMNS " FROM auth.users u WHERE u.id = $1 FOR NO KEY UPDATE"};

constexpr Statement lock_admins{"auth.accounts.lock_admins",
                                "SELECT pg_advisory_xact_lock(hashtextextended('auth.admins', 0))"};

constexpr Statement other_admin_exists{
    "auth.accounts.other_admin",
    "SELECT EXISTS (SELECT FROM auth.users u WHERE u.id <> $1 AND u.is_active AND 'admin' = ANY (u.roles))"};

constexpr Statement find_companies{
    "auth.accounts.companies",
    "SELECT c.id::text FROM unnest($1::text[]) WITH ORDINALITY n (name, place)"
    " LEFT JOIN fleet.companies c ON c.code = n.name OR c.id::text = lower(n.name) ORDER BY n.place"};

constexpr Statement find_branches{
    "auth.accounts.branches",
    "SELECT b.id::text FROM unnest($1::text[]) WITH ORDINALITY n (name, place)"
    " LEFT JOIN fleet.branches b ON b.code = n.name OR b.id::text = lower(n.name) ORDER BY n.place"};

constexpr Statement insert_account{
    "auth.accounts.insert",
    "INSERT INTO auth.users AS u (id, username, full_name, staff_no, email, phone, password_hash,"
    " must_change_password, password_changed_at, roles, company_scope, branch_scope, is_active, is_demo,"
    " created_at, created_by, updated_at, updated_by)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $9, $15, $9, $15)"
    " RETURNING " LM_AUTH_ACCOUNT_COLUMNS};

constexpr Statement update_account{
    "auth.accounts.update",
    "UPDATE auth.users AS u SET username = $2, full_name = $3, staff_no = $4, email = $5, phone = $6, roles = $7,"
    " company_scope = $8, branch_scope = $9, is_active = $10, version = version + 1, updated_at = $11,"
    " updated_by = $12 WHERE u.id = $1 RETURNING " LM_AUTH_ACCOUNT_COLUMNS};

constexpr Statement replace_password{
    "auth.accounts.replace_password",
    "UPDATE auth.users AS u SET password_hash = $2, must_change_password = true, password_changed_at = $3,"
    " token_version = token_version + 1, version = version + 1, updated_at = $3, updated_by = $4"
    " WHERE u.id = $1 AND u.version = coalesce($5, u.version) RETURNING " LM_AUTH_ACCOUNT_COLUMNS};

constexpr Statement end_sessions{
    "auth.accounts.end_sessions",
    "UPDATE auth.refresh_tokens SET revoked_at = $2 WHERE revoked_at IS NULL AND user_id = $1"};

// What cannot be an id or a code stands for nothing: it may hold what the database refuses to take as text at all, and
// references are looked up before anybody has said so.
std::vector<std::string> names_to_look_up(const std::vector<std::string>& names) {
    const auto plain = [](char c) {
        return (c >= '0' && c <= '9') || std::isalpha(static_cast<unsigned char>(c)) || c == '-';
    };
    std::vector<std::string> known;
    for (const std::string& name : names) {
        known.push_back(std::all_of(name.begin(), name.end(), plain) ? name : std::string());
    }
    return known;
}

template <class Field>
std::vector<std::string> list_of(const Field& field) {
    return {field.begin(), field.end()};
}

}  // namespace

void add_find_account(Batch& batch, const std::string& id) { batch.add(find_account, Params(id)); }
void add_lock_account(Batch& batch, const std::string& id) { batch.add(lock_account, Params(id)); }
void add_lock_admins(Batch& batch) { batch.add(lock_admins); }
void add_other_admin_exists(Batch& batch, const std::string& id) { batch.add(other_admin_exists, Params(id)); }
bool read_exists(const postgres::Rows& rows) { return rows.front().get<bool>(0); }

void add_companies(Batch& batch, const std::vector<std::string>& ids_or_codes) {
    batch.add(find_companies, Params(names_to_look_up(ids_or_codes)));
}

void add_branches(Batch& batch, const std::vector<std::string>& ids_or_codes) {
    batch.add(find_branches, Params(names_to_look_up(ids_or_codes)));
}

std::optional<std::vector<std::string>> read_ids(const postgres::Rows& rows) {
    std::vector<std::string> ids;
    for (const postgres::Row row : rows) {
        auto id = row.get<std::optional<std::string>>(0);
        if (!id) return std::nullopt;
        ids.push_back(*std::move(id));
    }
    return ids;
}

void add_insert(Batch& batch, const std::string& id, const NewUser& user, const std::string& password_hash,
                bool must_change_password, runtime::WallTime now) {
    batch.add(insert_account, Params(id, user.username, user.full_name, user.staff_no, user.email, user.phone,
                                     password_hash, must_change_password, now, user.roles, user.company_scope,
                                     user.branch_scope, user.is_active, user.is_demo, user.created_by));
}

void add_update(Batch& batch, const loanmanager::auth::v1::User& user, runtime::WallTime now, const std::string& by) {
    const auto maybe = [](bool is_set, const std::string& text) {
        return is_set ? std::optional<std::string>(text) : std::nullopt;
    };
    batch.add(
        update_account,
        Params(user.id(), user.username(), user.full_name(), maybe(user.has_staff_no(), user.staff_no()),
               maybe(user.has_email(), user.email()), maybe(user.has_phone(), user.phone()), list_of(user.roles()),
               list_of(user.company_scope()), list_of(user.branch_scope()), user.is_active(), now, by));
}

void add_one_time_password(Batch& batch, const std::string& id, std::optional<std::int32_t> version,
                           const std::string& password_hash, runtime::WallTime now, const std::string& by) {
    batch.add(replace_password, Params(id, password_hash, now, by, version));
    add_end_sessions(batch, id, now);
}

void add_end_sessions(Batch& batch, const std::string& id, runtime::WallTime now) {
    batch.add(end_sessions, Params(id, now));
}

}  // namespace loan_manager::auth::users
