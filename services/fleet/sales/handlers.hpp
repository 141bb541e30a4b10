#pragma once

#include <boost/asio/awaitable.hpp>

#include "commands/runner.hpp"
#include "fleet/sales/commands.hpp"
#include "loanmanager/fleet/v1/commissions.pb.h"
#include "loanmanager/fleet/v1/sales.pb.h"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/server.hpp"
#include "runtime/clock.hpp"
#include "sql/pages.hpp"

namespace loan_manager::fleet::sales {

namespace v1 = loanmanager::fleet::v1;

/// SaleService over gRPC. One per process, used by all loops.
class SaleHandlers {
public:
    /// Everything must outlive the handlers.
    SaleHandlers(postgres::PoolGroup& pools, sql::Pages& pages, commands::Runner& runner, const runtime::Clock& clock,
                 Limits limits)
        : pools_(pools), pages_(pages), runner_(runner), clock_(clock), limits_(limits) {}

    void register_with(rpc::Server& server);

private:
    boost::asio::awaitable<rpc::Result<v1::SalePreview>> preview(rpc::CallContext& call,
                                                                 const v1::PreviewSaleRequest& request);
    boost::asio::awaitable<rpc::Result<v1::Sale>> get(rpc::CallContext& call, const v1::GetSaleRequest& request);

    postgres::PoolGroup& pools_;
    sql::Pages& pages_;
    commands::Runner& runner_;
    const runtime::Clock& clock_;
    Limits limits_;
};

}  // namespace loan_manager::fleet::sales
