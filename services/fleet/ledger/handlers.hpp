#pragma once

#include <boost/asio/awaitable.hpp>

#include "fleet/values/statement_cache.hpp"
#include "loanmanager/fleet/v1/costs.grpc.pb.h"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/server.hpp"

namespace loan_manager::fleet::ledger {

namespace v1 = loanmanager::fleet::v1;

/// CostService: what a bike has cost, to whom its costs are shown (D-904): by reach of `costs:read` on its branch or
/// on the destination of its open transfer. One per process, used by all loops.
class CostHandlers {
public:
    explicit CostHandlers(postgres::PoolGroup& pools) : pools_(pools) {}

    void register_with(rpc::Server& server);

    boost::asio::awaitable<rpc::Result<v1::CostSummary>> summary(rpc::CallContext& context,
                                                                 const v1::GetBikeCostsRequest& request);
    boost::asio::awaitable<rpc::Result<v1::Ledger>> entries(rpc::CallContext& context,
                                                            const v1::ListLedgerRequest& request);

private:
    postgres::PoolGroup& pools_;
    StatementCache statements_{"ledger.entries_", 8};
};

}  // namespace loan_manager::fleet::ledger
