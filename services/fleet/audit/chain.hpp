#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "postgres/pool.hpp"

/// The hash chain over the audit log. Rows are written by libs/commands, in the transaction of what they tell of.
namespace loan_manager::fleet::audit {

/// The end of the chain.
struct Head {
    std::int64_t position = 0;
    std::string chain_hash;  ///< 32 bytes
    int sealed = 0;          ///< rows added by the call that returns this
};

/// Adds up to `limit` waiting rows to the chain, in the order of their insertion, in one transaction. Nothing: somebody
/// else is sealing.
boost::asio::awaitable<postgres::Result<std::optional<Head>>> seal(postgres::Pool& pool, int limit);

}  // namespace loan_manager::fleet::audit
