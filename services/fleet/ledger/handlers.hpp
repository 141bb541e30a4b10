#pragma once

#include <boost/asio/awaitable.hpp>

#include "loanmanager/fleet/v1/costs.pb.h"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/server.hpp"
#include "sql/pages.hpp"

namespace loan_manager::fleet::ledger {

namespace v1 = loanmanager::fleet::v1;

/// CostService: what a bike has cost, to whom its costs are shown (D-904): by reach of `costs:read` on its branch or
/// on the destination of its open transfer. One per process, used by all loops.
class CostHandlers {
public:
    /// Everything must outlive the handlers.
    CostHandlers(postgres::PoolGroup& pools, sql::Pages& pages) : pools_(pools), pages_(pages) {}

    void register_with(rpc::Server& server);

private:
    boost::asio::awaitable<rpc::Result<v1::CostSummary>> summary(rpc::CallContext& call,
                                                                 const v1::GetBikeCostsRequest& request);

    postgres::PoolGroup& pools_;
    sql::Pages& pages_;
};

}  // namespace loan_manager::fleet::ledger
