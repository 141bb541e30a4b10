#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/transfers.pb.h"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/server.hpp"
#include "sql/pages.hpp"

namespace loan_manager::fleet::transfers {

namespace v1 = loanmanager::fleet::v1;

/// TransferService over gRPC. One per process, used by all loops.
class TransferHandlers {
public:
    /// Everything must outlive the handlers.
    TransferHandlers(postgres::PoolGroup& pools, sql::Pages& pages, commands::Runner& runner,
                     std::int32_t stock_number_max)
        : pools_(pools), pages_(pages), runner_(runner), stock_number_max_(stock_number_max) {}

    void register_with(rpc::Server& server);

private:
    boost::asio::awaitable<rpc::Result<v1::Transfer>> get(rpc::CallContext& call,
                                                          const v1::GetTransferRequest& request);

    postgres::PoolGroup& pools_;
    sql::Pages& pages_;
    commands::Runner& runner_;
    std::int32_t stock_number_max_;
};

}  // namespace loan_manager::fleet::transfers
