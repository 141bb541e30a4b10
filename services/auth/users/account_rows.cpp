#include "auth/users/account_rows.hpp"

#include <algorithm>
#include <cctype>

namespace loan_manager::auth::users {
namespace {

namespace v1 = loanmanager::auth::v1;
using postgres::Params;
using postgres::Statement;

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
    "INSERT INTO auth.users (id, username, full_name, staff_no, email, phone, password_hash, must_change_password,"
    " password_changed_at, roles, company_scope, branch_scope, is_active, is_demo, created_at, created_by, updated_at,"
    " updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $9, $15, $9, $15)"};

constexpr Statement end_all_sessions{
    "auth.accounts.end_sessions",
    "UPDATE auth.refresh_tokens SET revoked_at = $2 WHERE revoked_at IS NULL AND user_id = $1"};

std::string select_by_id() { return "SELECT " + account_table().columns() + " FROM auth.users u WHERE u.id = $1"; }

rpc::Result<v1::User> read_found(const postgres::Rows& rows) {
    if (rows.empty()) return rpc::not_found("There is no such user.");
    return account_table().read(rows.front());
}

Ids read_ids(const postgres::Rows& rows) {
    std::vector<std::string> ids;
    for (const postgres::Row row : rows) {
        auto id = row.get<std::optional<std::string>>(0);
        if (!id) return std::nullopt;
        ids.push_back(*std::move(id));
    }
    return ids;
}

// What cannot be an id or a code stands for nothing: it may hold what the database refuses to take as text at all, and
// references are looked up before anybody has said so.
std::vector<std::string> names_to_look_up(std::vector<std::string> names) {
    const auto plain = [](char c) {
        return (c >= '0' && c <= '9') || std::isalpha(static_cast<unsigned char>(c)) || c == '-';
    };
    for (std::string& name : names) {
        if (!std::all_of(name.begin(), name.end(), plain)) name.clear();
    }
    return names;
}

template <class Field>
std::vector<std::string> list_of(const Field& field) {
    return {field.begin(), field.end()};
}

}  // namespace

const sql::TableOf<v1::User>& account_table() {
    static const sql::TableOf<v1::User> table(
        sql::Layout{.table = "auth.users", .alias = "u", .unaudited = {"must_change_password", "is_demo"}});
    return table;
}

sql::Handle<rpc::Result<v1::User>> add_find_account(sql::RoundTrip& trip, const std::string& id) {
    static const std::string sql = select_by_id();
    static const Statement find{"auth.accounts.find", sql.c_str()};
    return trip.add<rpc::Result<v1::User>>(find, Params(id), &read_found);
}

sql::Handle<rpc::Result<v1::User>> add_lock_account(sql::RoundTrip& trip, const std::string& id) {
    // FOR NO KEY UPDATE: rows of other tables that refer to the user need not wait.
    static const std::string sql = select_by_id() + " FOR NO KEY UPDATE";
    static const Statement lock{"auth.accounts.lock", sql.c_str()};
    return trip.add<rpc::Result<v1::User>>(lock, Params(id), &read_found);
}

void add_lock_admins(sql::RoundTrip& trip) { trip.add(lock_admins, Params()); }

sql::Handle<bool> add_other_admin_exists(sql::RoundTrip& trip, const std::string& id) {
    return trip.add<bool>(other_admin_exists, Params(id), &sql::one_value<bool>);
}

sql::Handle<Ids> add_companies(sql::RoundTrip& trip, std::vector<std::string> ids_or_codes) {
    return trip.add<Ids>(find_companies, Params(names_to_look_up(std::move(ids_or_codes))), &read_ids);
}

sql::Handle<Ids> add_branches(sql::RoundTrip& trip, std::vector<std::string> ids_or_codes) {
    return trip.add<Ids>(find_branches, Params(names_to_look_up(std::move(ids_or_codes))), &read_ids);
}

Write insert(const v1::User& user, const std::string& password_hash, runtime::WallTime now) {
    const auto maybe = [](bool is_set, const std::string& text) {
        return is_set ? std::optional<std::string>(text) : std::nullopt;
    };
    return {insert_account,
            Params(user.id(), user.username(), user.full_name(), maybe(user.has_staff_no(), user.staff_no()),
                   maybe(user.has_email(), user.email()), maybe(user.has_phone(), user.phone()), password_hash,
                   user.must_change_password(), now, list_of(user.roles()), list_of(user.company_scope()),
                   list_of(user.branch_scope()), user.is_active(), user.is_demo(), user.created_by())};
}

Write replace_password(const std::string& id, std::optional<std::int32_t> version, const std::string& password_hash,
                       runtime::WallTime now, const std::string& by) {
    static const std::string sql =
        "UPDATE auth.users AS u SET password_hash = $2, must_change_password = true, password_changed_at = $3,"
        " token_version = token_version + 1, version = version + 1, updated_at = $3, updated_by = $4"
        " WHERE u.id = $1 AND u.version = coalesce($5, u.version) RETURNING " +
        account_table().columns();
    static const Statement replace{"auth.accounts.replace_password", sql.c_str()};
    return {replace, Params(id, password_hash, now, by, version)};
}

Write end_sessions(const std::string& id, runtime::WallTime now) { return {end_all_sessions, Params(id, now)}; }

commands::Change change_of(const char* action, const v1::User& user, sql::Difference difference) {
    commands::Change change;
    change.action = action;
    change.entity_type = "user";
    change.entity_id = user.id();
    change.entity_no = user.username();
    change.old_values = std::move(difference.before);
    change.new_values = std::move(difference.after);
    return change;
}

}  // namespace loan_manager::auth::users
