// SQL of auth.users.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/users/user.hpp"
#include "postgres/pool.hpp"

namespace loan_manager::auth::users {

/// Statement whose rows `read` understands; parameter: username.
extern const postgres::Statement by_username;
/// The same by id.
extern const postgres::Statement by_id;
/// Locks the owner of a refresh token, given its hash. Everything that changes sessions of a user takes this lock
/// first, then those of the tokens.
extern const postgres::Statement lock_by_refresh_token;

User read(const postgres::Row& row);

boost::asio::awaitable<postgres::Result<std::optional<User>>> find(postgres::Pool& pool, const std::string& id,
                                                                   postgres::OptionalDeadline deadline);

/// Stores a chosen password, if nobody has changed the row since it was read as `version`. Ends access tokens that are
/// out, and every session but the one that `keep_jti` belongs to. False: the row has changed.
boost::asio::awaitable<postgres::Result<bool>> set_password(postgres::Connection& connection, const User& user,
                                                            const std::string& password_hash,
                                                            const std::string& keep_jti,
                                                            std::chrono::system_clock::time_point now);

/// What GET /v1/staff asks for; absent filters do not filter.
struct StaffFilter {
    std::optional<std::string> role;
    std::optional<std::string> branch_id;  ///< UUID
    std::optional<std::string> text;       ///< part of username or full name, any case
    std::string after_username, after_id;  ///< keyset: empty on the first page
    std::int32_t limit = 50;
};

struct StaffRow {
    std::string id, username, full_name;
    std::optional<std::string> staff_no;
    std::vector<std::string> roles;
};

/// One row more than the limit, if there is one, so that the caller knows whether a page follows.
boost::asio::awaitable<postgres::Result<std::vector<StaffRow>>> list_staff(postgres::Pool& pool,
                                                                           const StaffFilter& filter,
                                                                           postgres::OptionalDeadline deadline);

/// Number of matching rows, counted up to `cap` + 1.
boost::asio::awaitable<postgres::Result<std::int32_t>> count_staff(postgres::Pool& pool, const StaffFilter& filter,
                                                                   std::int32_t cap,
                                                                   postgres::OptionalDeadline deadline);

/// The id of a branch given by id or code (D-203).
boost::asio::awaitable<postgres::Result<std::optional<std::string>>> find_branch(postgres::Pool& pool,
                                                                                 const std::string& id_or_code,
                                                                                 postgres::OptionalDeadline deadline);

}  // namespace loan_manager::auth::users
