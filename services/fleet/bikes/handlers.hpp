#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/server.hpp"
#include "runtime/clock.hpp"
#include "sql/pages.hpp"

namespace loan_manager::fleet::bikes {

namespace v1 = loanmanager::fleet::v1;

/// BikeService, BikeStateService and TimelineService over gRPC. One per process, used by all loops.
class BikeHandlers {
public:
    /// Everything must outlive the handlers.
    BikeHandlers(postgres::PoolGroup& pools, sql::Pages& pages, commands::Runner& runner, const runtime::Clock& clock,
                 std::int32_t stock_number_max)
        : pools_(pools), pages_(pages), runner_(runner), clock_(clock), stock_number_max_(stock_number_max) {}

    void register_with(rpc::Server& server);

private:
    boost::asio::awaitable<rpc::Result<v1::Bike>> get(rpc::CallContext& call, const v1::GetBikeRequest& request);
    boost::asio::awaitable<rpc::Result<v1::StockNumber>> stock_number(rpc::CallContext& call,
                                                                      const v1::GetStockNumberRequest& request);

    postgres::PoolGroup& pools_;
    sql::Pages& pages_;
    commands::Runner& runner_;
    const runtime::Clock& clock_;
    std::int32_t stock_number_max_;
};

}  // namespace loan_manager::fleet::bikes
