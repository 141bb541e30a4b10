// SQL of users as they sign in, and as they see themselves.
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

/// A user, and the codes of the companies and branches in his scope, in its order.
struct UserWithCodes {
    User user;
    std::vector<std::string> company_codes, branch_codes;
};
boost::asio::awaitable<postgres::Result<std::optional<UserWithCodes>>> find_with_codes(
    postgres::Pool& pool, const std::string& id, postgres::OptionalDeadline deadline);

/// Stores a chosen password, if nobody has changed the row since it was read as `version`. Ends access tokens that are
/// out, and every session but the one that `keep_jti` belongs to. False: the row has changed.
boost::asio::awaitable<postgres::Result<bool>> set_password(postgres::Connection& connection, const User& user,
                                                            const std::string& password_hash,
                                                            const std::string& keep_jti,
                                                            std::chrono::system_clock::time_point now);

}  // namespace loan_manager::auth::users
