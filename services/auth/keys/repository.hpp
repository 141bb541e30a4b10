// SQL of auth.signing_keys.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "auth/keys/rules.hpp"
#include "postgres/batch.hpp"
#include "postgres/pool.hpp"
#include "postgres/transaction.hpp"

namespace loan_manager::auth::keys {

boost::asio::awaitable<postgres::Result<std::vector<KeyRecord>>> list(postgres::Connection& connection);
/// The same as part of a batch.
void add_list(postgres::Batch& batch);
std::vector<KeyRecord> read_list(const postgres::Rows& rows);

/// Stores the instants of a record that are earlier than the stored ones; see bounded().
boost::asio::awaitable<postgres::Result<void>> bring_back(postgres::Connection& connection, const KeyRecord& record);

/// Publishes a key. One that is known already, also a retired one, stays as it is.
boost::asio::awaitable<postgres::Result<void>> publish(postgres::Connection& connection, const KeyRecord& record,
                                                       WallTime now);

/// Moves the end of a key's publication.
boost::asio::awaitable<postgres::Result<void>> extend(postgres::Connection& connection, const std::string& kid,
                                                      WallTime valid_until);

/// Takes a key out of use; it is published until `at`.
boost::asio::awaitable<postgres::Result<void>> retire(postgres::Connection& connection, const std::string& kid,
                                                      WallTime at);

}  // namespace loan_manager::auth::keys
