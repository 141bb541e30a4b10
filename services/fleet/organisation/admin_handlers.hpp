#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/organisation.grpc.pb.h"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/server.hpp"

namespace loan_manager::fleet::organisation {

namespace v1 = loanmanager::fleet::v1;

/// OrganisationAdminService: changing master data. One per process, used by all loops.
class OrganisationAdminHandlers {
public:
    /// Everything must outlive the handlers.
    OrganisationAdminHandlers(postgres::PoolGroup& pools, commands::Runner& runner, std::int32_t stock_number_max)
        : pools_(pools), runner_(runner), stock_number_max_(stock_number_max) {}

    void register_with(rpc::Server& server);

    boost::asio::awaitable<rpc::Result<v1::StockCounter>> stock_counter(rpc::CallContext& context,
                                                                        const v1::GetStockCounterRequest& request);

private:
    postgres::PoolGroup& pools_;
    commands::Runner& runner_;
    std::int32_t stock_number_max_;
};

}  // namespace loan_manager::fleet::organisation
