#pragma once

#include <boost/asio/awaitable.hpp>

#include "loanmanager/fleet/v1/audit.pb.h"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/server.hpp"
#include "sql/pages.hpp"

namespace loan_manager::fleet::audit {

namespace v1 = loanmanager::fleet::v1;

/// AuditService over gRPC. One per process, used by all loops.
class AuditHandlers {
public:
    /// Everything must outlive the handlers.
    AuditHandlers(postgres::PoolGroup& pools, sql::Pages& pages) : pools_(pools), pages_(pages) {}

    void register_with(rpc::Server& server);

    boost::asio::awaitable<rpc::Result<v1::AuditList>> list(rpc::CallContext& call,
                                                            const v1::ListAuditRequest& request);

private:
    postgres::PoolGroup& pools_;
    sql::Pages& pages_;
};

}  // namespace loan_manager::fleet::audit
