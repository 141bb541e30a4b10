#pragma once

#include <boost/asio/awaitable.hpp>

#include "commands/runner.hpp"
#include "fleet/values/list_query.hpp"
#include "fleet/values/statement_cache.hpp"
#include "loanmanager/fleet/v1/repairs.grpc.pb.h"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/server.hpp"

namespace loan_manager::fleet::repairs {

namespace v1 = loanmanager::fleet::v1;

/// RepairJobService: gRPC in, rules and repository, gRPC out. One per process, used by all loops.
class RepairHandlers {
public:
    /// Everything must outlive the handlers.
    RepairHandlers(postgres::PoolGroup& pools, commands::Runner& runner) : pools_(pools), runner_(runner) {}

    void register_with(rpc::Server& server);

    boost::asio::awaitable<rpc::Result<v1::RepairJobList>> list(rpc::CallContext& context,
                                                                const v1::ListRepairJobsRequest& request);
    boost::asio::awaitable<rpc::Result<v1::RepairJobList>> list_of_bike(rpc::CallContext& context,
                                                                        const v1::ListBikeRepairJobsRequest& request);
    boost::asio::awaitable<rpc::Result<v1::RepairJob>> get(rpc::CallContext& context,
                                                           const v1::GetRepairJobRequest& request);

private:
    postgres::PoolGroup& pools_;
    commands::Runner& runner_;
    StatementCache list_statements_{"repairs.list_", 256};
};

}  // namespace loan_manager::fleet::repairs
