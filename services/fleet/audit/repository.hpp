#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "fleet/values/list_query.hpp"
#include "loanmanager/fleet/v1/audit.pb.h"
#include "postgres/transaction.hpp"

/// All SQL of the audit log and its chain. Rows are written by libs/commands, in the transaction of what they tell of.
namespace loan_manager::fleet::audit {

namespace v1 = loanmanager::fleet::v1;

/// The rows within reach, newest first: rows of no branch only for who reads everything (D-903).
rpc::Result<ListQuery> compose_list(const v1::ListAuditRequest& request, const paging::PageRequest& page,
                                    const access::Reach& readable);
v1::AuditRow read_row(const postgres::Row& row);

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
