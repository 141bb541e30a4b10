#include "auth/users/repository.hpp"

#include "postgres/transaction.hpp"

namespace loan_manager::auth::users {
namespace {

namespace asio = boost::asio;
using postgres::Params;
using postgres::Result;
using postgres::Rows;
using postgres::Statement;

#define LM_AUTH_USER_COLUMNS                                                                                      \
    "u.id::text, u.username, u.full_name, u.staff_no, u.email, u.phone, u.password_hash, u.must_change_password," \
    " u.roles, u.company_scope::text[], u.branch_scope::text[], u.is_active, u.token_version, u.version"

constexpr Statement update_password{
    "auth.users.set_password",
    "UPDATE auth.users SET password_hash = $3, must_change_password = false, password_changed_at = $4,"
    " token_version = token_version + 1, version = version + 1, updated_at = $4, updated_by = id"
    " WHERE id = $1 AND version = $2 AND is_active"};

constexpr Statement end_other_sessions{
    "auth.users.end_other_sessions",
    "UPDATE auth.refresh_tokens SET revoked_at = $3 WHERE user_id = $1 AND revoked_at IS NULL AND family_id NOT IN"
    " (SELECT k.family_id FROM auth.refresh_tokens k WHERE k.user_id = $1 AND k.access_jti = $2)"};

// LIKE wildcards in the text are escaped by the caller.
#define LM_AUTH_STAFF_FILTER                                                            \
    " FROM auth.users u WHERE u.is_active AND ($1::text IS NULL OR $1 = ANY (u.roles))" \
    " AND ($2::uuid IS NULL OR u.branch_scope @> ARRAY[$2::uuid])"                      \
    " AND ($3::text IS NULL OR u.username LIKE $3 OR lower(u.full_name) LIKE $3)"

constexpr Statement select_staff{
    "auth.users.list_staff",
    "SELECT u.id::text, u.username, u.full_name, u.staff_no, u.roles" LM_AUTH_STAFF_FILTER
    " AND ($4 = '' OR (u.username, u.id) > ($4, $5::uuid)) ORDER BY u.username, u.id LIMIT $6"};

constexpr Statement count_staff_rows{"auth.users.count_staff",
                                     "SELECT count(*) FROM (SELECT 1" LM_AUTH_STAFF_FILTER " LIMIT $4) counted"};

constexpr Statement branch_by_id_or_code{
    "auth.users.find_branch", "SELECT b.id::text FROM fleet.branches b WHERE b.id::text = $1 OR b.code = $1"};

std::optional<std::string> like_pattern(const std::optional<std::string>& text) {
    if (!text || text->empty()) return std::nullopt;
    std::string pattern = "%";
    for (const char c : *text) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return pattern + '%';
}

}  // namespace

const Statement by_username{"auth.users.by_username",
                            "SELECT " LM_AUTH_USER_COLUMNS " FROM auth.users u WHERE u.username = $1"};
const Statement by_id{"auth.users.by_id", "SELECT " LM_AUTH_USER_COLUMNS " FROM auth.users u WHERE u.id = $1"};

// FOR NO KEY UPDATE: rows of other tables that refer to the user need not wait.
const Statement lock_by_refresh_token{
    "auth.users.lock_by_refresh_token",
    "SELECT " LM_AUTH_USER_COLUMNS
    " FROM auth.users u WHERE u.id = (SELECT t.user_id FROM auth.refresh_tokens t WHERE t.token_hash = $1)"
    " FOR NO KEY UPDATE"};

User read(const postgres::Row& row) {
    using Text = std::optional<std::string>;
    using List = std::vector<std::string>;
    return {.id = row.get<std::string>(0),
            .username = row.get<std::string>(1),
            .full_name = row.get<std::string>(2),
            .staff_no = row.get<Text>(3),
            .email = row.get<Text>(4),
            .phone = row.get<Text>(5),
            .password_hash = row.get<std::string>(6),
            .must_change_password = row.get<bool>(7),
            .roles = row.get<List>(8),
            .company_scope = row.get<List>(9),
            .branch_scope = row.get<List>(10),
            .is_active = row.get<bool>(11),
            .token_version = row.get<std::int32_t>(12),
            .version = row.get<std::int32_t>(13)};
}

asio::awaitable<Result<std::optional<User>>> find(postgres::Pool& pool, const std::string& id,
                                                  postgres::OptionalDeadline deadline) {
    const Params params(id);
    const Result<Rows> rows = co_await pool.execute(by_id, params, deadline);
    if (!rows) co_return rows.error();
    if (rows->empty()) co_return std::optional<User>();
    co_return std::optional<User>(read(rows->front()));
}

asio::awaitable<Result<bool>> set_password(postgres::Connection& connection, const User& user,
                                           const std::string& password_hash, const std::string& keep_jti,
                                           std::chrono::system_clock::time_point now) {
    const Params change(user.id, user.version, password_hash, now);
    const Result<Rows> changed = co_await connection.execute(update_password, change);
    if (!changed) co_return changed.error();
    if (changed->affected() == 0) co_return false;
    const Params sessions(user.id, keep_jti, now);
    const Result<Rows> ended = co_await connection.execute(end_other_sessions, sessions);
    if (!ended) co_return ended.error();
    co_return true;
}

asio::awaitable<Result<std::vector<StaffRow>>> list_staff(postgres::Pool& pool, const StaffFilter& filter,
                                                          postgres::OptionalDeadline deadline) {
    const std::optional<std::string> after_id =
        filter.after_id.empty() ? std::nullopt : std::optional<std::string>(filter.after_id);
    const Params params(filter.role, filter.branch_id, like_pattern(filter.text), filter.after_username, after_id,
                        filter.limit + 1);
    const Result<Rows> rows = co_await pool.execute(select_staff, params, deadline);
    if (!rows) co_return rows.error();
    std::vector<StaffRow> staff;
    staff.reserve(static_cast<std::size_t>(rows->size()));
    for (const postgres::Row row : *rows) {
        staff.push_back({.id = row.get<std::string>(0),
                         .username = row.get<std::string>(1),
                         .full_name = row.get<std::string>(2),
                         .staff_no = row.get<std::optional<std::string>>(3),
                         .roles = row.get<std::vector<std::string>>(4)});
    }
    co_return staff;
}

asio::awaitable<Result<std::int32_t>> count_staff(postgres::Pool& pool, const StaffFilter& filter, std::int32_t cap,
                                                  postgres::OptionalDeadline deadline) {
    const Params params(filter.role, filter.branch_id, like_pattern(filter.text), cap + 1);
    const Result<Rows> rows = co_await pool.execute(count_staff_rows, params, deadline);
    if (!rows) co_return rows.error();
    co_return rows->front().get<std::int32_t>(0);
}

asio::awaitable<Result<std::optional<std::string>>> find_branch(postgres::Pool& pool, const std::string& id_or_code,
                                                                postgres::OptionalDeadline deadline) {
    const Params params(id_or_code);
    const Result<Rows> rows = co_await pool.execute(branch_by_id_or_code, params, deadline);
    if (!rows) co_return rows.error();
    if (rows->empty()) co_return std::optional<std::string>();
    co_return std::optional<std::string>(rows->front().get<std::string>(0));
}

}  // namespace loan_manager::auth::users
