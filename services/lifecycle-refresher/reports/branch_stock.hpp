#pragma once

#include <boost/asio/awaitable.hpp>

#include "loanmanager/lifecycle/v1/lifecycle.pb.h"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/error.hpp"
#include "sql/pages.hpp"

namespace loan_manager::lifecycle {

/// Bikes, value and age of stock per branch and status (D-1005), by branch code. Only live bikes unless statuses are
/// named. Value columns are shown for rows the caller covers with `costs:read`; their totals when that is all of them.
/// Errors: VALIDATION, BAD_CURSOR, VIEW_NOT_READY.
boost::asio::awaitable<rpc::Result<loanmanager::lifecycle::v1::BranchStockReport>> branch_stock(
    postgres::PoolGroup& pools, sql::Pages& pages, rpc::CallContext& call,
    const loanmanager::lifecycle::v1::BranchStockRequest& request);

}  // namespace loan_manager::lifecycle
