#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "commands/runner.hpp"
#include "fleet/values/statement_cache.hpp"
#include "loanmanager/fleet/v1/transfers.grpc.pb.h"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/server.hpp"

namespace loan_manager::fleet::transfers {

namespace v1 = loanmanager::fleet::v1;

/// TransferService: gRPC in, rules and repository, gRPC out. One per process, used by all loops.
class TransferHandlers {
public:
    /// Everything must outlive the handlers.
    TransferHandlers(postgres::PoolGroup& pools, commands::Runner& runner, std::int32_t stock_number_max)
        : pools_(pools), runner_(runner), stock_number_max_(stock_number_max) {}

    void register_with(rpc::Server& server);

    boost::asio::awaitable<rpc::Result<v1::TransferList>> list(rpc::CallContext& context,
                                                               const v1::ListTransfersRequest& request);
    boost::asio::awaitable<rpc::Result<v1::Transfer>> get(rpc::CallContext& context,
                                                          const v1::GetTransferRequest& request);
    boost::asio::awaitable<rpc::Result<v1::TransferList>> list_of_bike(rpc::CallContext& context,
                                                                       const v1::ListBikeTransfersRequest& request);

private:
    postgres::PoolGroup& pools_;
    commands::Runner& runner_;
    std::int32_t stock_number_max_;
    StatementCache list_statements_{"transfers.list_", 256};
};

}  // namespace loan_manager::fleet::transfers
