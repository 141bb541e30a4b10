#pragma once

#include <boost/asio/awaitable.hpp>

#include "fleet/values/statement_cache.hpp"
#include "loanmanager/fleet/v1/audit.grpc.pb.h"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/server.hpp"

namespace loan_manager::fleet::audit {

namespace v1 = loanmanager::fleet::v1;

/// AuditService. One per process, used by all loops.
class AuditHandlers {
public:
    /// The pools must outlive the handlers.
    explicit AuditHandlers(postgres::PoolGroup& pools) : pools_(pools) {}

    void register_with(rpc::Server& server);

    boost::asio::awaitable<rpc::Result<v1::AuditList>> list(rpc::CallContext& context,
                                                            const v1::ListAuditRequest& request);

private:
    postgres::PoolGroup& pools_;
    StatementCache statements_{"audit.list", 64};
};

}  // namespace loan_manager::fleet::audit
