#pragma once

#include <boost/asio/awaitable.hpp>

#include "commands/command_context.hpp"
#include "lifecycle-refresher/views/refresh_gate.hpp"
#include "loanmanager/lifecycle/v1/lifecycle.pb.h"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/error.hpp"

namespace loan_manager::lifecycle {

/// What ViewService answers beside its list of refreshes. Any loop.
class ViewHandlers {
public:
    /// The pools must outlive the handlers.
    explicit ViewHandlers(postgres::PoolGroup& pools) : pools_(pools) {}

    boost::asio::awaitable<rpc::Result<loanmanager::lifecycle::v1::ViewList>> list(
        rpc::CallContext& call, const loanmanager::lifecycle::v1::ListViewsRequest& request);

private:
    postgres::PoolGroup& pools_;
};

/// The commands of ViewService. Runs are recorded by themselves; the command adds who asked, and remembers its answer
/// for a repeated key. NOT_FOUND for a view that does not exist.
boost::asio::awaitable<rpc::Result<loanmanager::lifecycle::v1::RefreshRuns>> refresh_all(
    commands::CommandContext& command, const loanmanager::lifecycle::v1::RefreshAllViewsRequest& request,
    RefreshGate& gate);
boost::asio::awaitable<rpc::Result<loanmanager::lifecycle::v1::RefreshRuns>> refresh_one(
    commands::CommandContext& command, const loanmanager::lifecycle::v1::RefreshViewRequest& request,
    RefreshGate& gate);

}  // namespace loan_manager::lifecycle
