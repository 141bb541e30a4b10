#include "auth/users/repository.hpp"

#include "postgres/transaction.hpp"

namespace loan_manager::auth::users {
namespace {

namespace asio = boost::asio;
using postgres::Params;
using postgres::Result;
using postgres::Rows;
using postgres::Statement;

#define LM_AUTH_USER_COLUMNS                                                                                          \
    "u.id::text, u.username, u.full_name, u.staff_no, u.email, u.phone, u.password_hash, u.must_change_password,"     \
    " u.password_changed_at, u.roles, u.company_scope::text[], u.branch_scope::text[], u.is_active, u.token_version," \
    " u.version"

constexpr Statement by_id_with_codes{
    "auth.users.by_id_with_codes",
    "SELECT " LM_AUTH_USER_COLUMNS
    ", ARRAY(SELECT c.code FROM unnest(u.company_scope) WITH ORDINALITY s (id, place)"
    " JOIN fleet.companies c ON c.id = s.id ORDER BY s.place) AS company_codes,"
    " ARRAY(SELECT b.code FROM unnest(u.branch_scope) WITH ORDINALITY s (id, place)"
    " JOIN fleet.branches b ON b.id = s.id ORDER BY s.place) AS branch_codes FROM auth.users u WHERE u.id = $1"};

constexpr Statement update_password{
    "auth.users.set_password",
    "UPDATE auth.users SET password_hash = $3, must_change_password = false, password_changed_at = $4,"
    " token_version = token_version + 1, version = version + 1, updated_at = $4, updated_by = id"
    " WHERE id = $1 AND version = $2 AND is_active"};

constexpr Statement end_other_sessions{
    "auth.users.end_other_sessions",
    "UPDATE auth.refresh_tokens SET revoked_at = $3 WHERE user_id = $1 AND revoked_at IS NULL AND family_id NOT IN"
    " (SELECT k.family_id FROM auth.refresh_tokens k WHERE k.user_id = $1 AND k.access_jti = $2)"};

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
    return {.id = row.get<std::string>("id"),
            .username = row.get<std::string>("username"),
            .full_name = row.get<std::string>("full_name"),
            .staff_no = row.get<Text>("staff_no"),
            .email = row.get<Text>("email"),
            .phone = row.get<Text>("phone"),
            .password_hash = row.get<std::string>("password_hash"),
            .must_change_password = row.get<bool>("must_change_password"),
            .password_changed_at = row.get<std::chrono::system_clock::time_point>("password_changed_at"),
            .roles = row.get<List>("roles"),
            .company_scope = row.get<List>("company_scope"),
            .branch_scope = row.get<List>("branch_scope"),
            .is_active = row.get<bool>("is_active"),
            .token_version = row.get<std::int32_t>("token_version"),
            .version = row.get<std::int32_t>("version")};
}

asio::awaitable<Result<std::optional<User>>> find(postgres::Pool& pool, const std::string& id,
                                                  postgres::OptionalDeadline deadline) {
    const Params params(id);
    const Result<Rows> rows = co_await pool.execute(by_id, params, deadline);
    if (!rows) co_return rows.error();
    if (rows->empty()) co_return std::optional<User>();
    co_return std::optional<User>(read(rows->front()));
}

asio::awaitable<Result<std::optional<UserWithCodes>>> find_with_codes(postgres::Pool& pool, const std::string& id,
                                                                      postgres::OptionalDeadline deadline) {
    const Params params(id);
    const Result<Rows> rows = co_await pool.execute(by_id_with_codes, params, deadline);
    if (!rows) co_return rows.error();
    if (rows->empty()) co_return std::optional<UserWithCodes>();
    const postgres::Row row = rows->front();
    UserWithCodes found{.user = read(row),
                        .company_codes = row.get<std::vector<std::string>>("company_codes"),
                        .branch_codes = row.get<std::vector<std::string>>("branch_codes")};
    co_return std::optional<UserWithCodes>(std::move(found));
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

}  // namespace loan_manager::auth::users
