#pragma once

#include <boost/asio/awaitable.hpp>

#include "loanmanager/lifecycle/v1/lifecycle.pb.h"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/error.hpp"
#include "sql/pages.hpp"

namespace loan_manager::lifecycle {

/// Cost and profit of each bike (D-1005), newest procurement first. Needs `costs:read` besides `reports:view`.
/// Errors: FORBIDDEN, VALIDATION, BAD_CURSOR, VIEW_NOT_READY.
boost::asio::awaitable<rpc::Result<loanmanager::lifecycle::v1::CostSummaryReport>> cost_summary(
    postgres::PoolGroup& pools, sql::Pages& pages, rpc::CallContext& call,
    const loanmanager::lifecycle::v1::CostSummaryRequest& request);

}  // namespace loan_manager::lifecycle
