#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "commands/runner.hpp"
#include "fleet/values/statement_cache.hpp"
#include "loanmanager/fleet/v1/sales.grpc.pb.h"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/server.hpp"
#include "runtime/clock.hpp"

namespace loan_manager::fleet::sales {

namespace v1 = loanmanager::fleet::v1;

/// SaleService: gRPC in, rules and repository, gRPC out. One per process, used by all loops.
class SaleHandlers {
public:
    /// Everything must outlive the handlers.
    SaleHandlers(postgres::PoolGroup& pools, commands::Runner& runner, const runtime::Clock& clock,
                 std::int32_t stock_number_max);

    void register_with(rpc::Server& server);

    boost::asio::awaitable<rpc::Result<v1::SalePreview>> preview(rpc::CallContext& context,
                                                                 const v1::PreviewSaleRequest& request);
    boost::asio::awaitable<rpc::Result<v1::SaleList>> list(rpc::CallContext& context,
                                                           const v1::ListSalesRequest& request);
    boost::asio::awaitable<rpc::Result<v1::Sale>> get(rpc::CallContext& context, const v1::GetSaleRequest& request);
    boost::asio::awaitable<rpc::Result<v1::SaleList>> list_of_bike(rpc::CallContext& context,
                                                                   const v1::ListBikeSalesRequest& request);
    boost::asio::awaitable<rpc::Result<v1::CommissionList>> list_commissions(
        rpc::CallContext& context, const v1::ListSaleCommissionsRequest& request);

private:
    postgres::PoolGroup& pools_;
    commands::Runner& runner_;
    const runtime::Clock& clock_;
    std::int32_t stock_number_max_;
    StatementCache list_statements_{"sales.list_", 128};
    StatementCache commission_statements_{"sales.commissions_", 32};
};

}  // namespace loan_manager::fleet::sales
