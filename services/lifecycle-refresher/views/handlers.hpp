#pragma once

#include <boost/asio/awaitable.hpp>

#include "commands/runner.hpp"
#include "lifecycle-refresher/views/refresh_gate.hpp"
#include "loanmanager/lifecycle/v1/lifecycle.pb.h"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/error.hpp"

namespace loan_manager::lifecycle {

/// The calls of ViewService. Any loop.
class ViewHandlers {
public:
    ViewHandlers(postgres::PoolGroup& pools, commands::Runner& commands, RefreshGate& gate)
        : pools_(pools), commands_(commands), gate_(gate) {}

    boost::asio::awaitable<rpc::Result<loanmanager::lifecycle::v1::ViewList>> list(
        rpc::CallContext& context, const loanmanager::lifecycle::v1::ListViewsRequest& request);
    /// Errors: NOT_FOUND, BAD_CURSOR.
    boost::asio::awaitable<rpc::Result<loanmanager::lifecycle::v1::RefreshList>> history(
        rpc::CallContext& context, const loanmanager::lifecycle::v1::ListRefreshesRequest& request);
    boost::asio::awaitable<rpc::Result<loanmanager::lifecycle::v1::RefreshRuns>> refresh_all(
        rpc::CallContext& context, const loanmanager::lifecycle::v1::RefreshAllViewsRequest& request);
    /// Errors: NOT_FOUND.
    boost::asio::awaitable<rpc::Result<loanmanager::lifecycle::v1::RefreshRuns>> refresh_one(
        rpc::CallContext& context, const loanmanager::lifecycle::v1::RefreshViewRequest& request);

private:
    postgres::PoolGroup& pools_;
    commands::Runner& commands_;
    RefreshGate& gate_;
};

}  // namespace loan_manager::lifecycle
