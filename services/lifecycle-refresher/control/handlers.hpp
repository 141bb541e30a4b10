#pragma once

#include <boost/asio/awaitable.hpp>

#include "lifecycle-refresher/views/refresh_gate.hpp"
#include "loanmanager/lifecycle/v1/lifecycle.pb.h"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/error.hpp"

namespace loan_manager::lifecycle {

/// The calls of RefreshControl, for loan-managerctl. The operator token was checked before. Any loop.
class ControlHandlers {
public:
    ControlHandlers(postgres::PoolGroup& pools, RefreshGate& gate) : pools_(pools), gate_(gate) {}

    /// Errors: NOT_FOUND for an unknown view; then nothing is started.
    boost::asio::awaitable<rpc::Result<loanmanager::lifecycle::v1::RefreshRuns>> start(
        rpc::CallContext& call, const loanmanager::lifecycle::v1::StartRefreshRequest& request);
    /// In the order asked for; unknown ids are left out.
    boost::asio::awaitable<rpc::Result<loanmanager::lifecycle::v1::RefreshRuns>> runs(
        rpc::CallContext& call, const loanmanager::lifecycle::v1::GetRefreshRunsRequest& request);

private:
    postgres::PoolGroup& pools_;
    RefreshGate& gate_;
};

}  // namespace loan_manager::lifecycle
