#pragma once

#include <boost/asio/awaitable.hpp>

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/commissions.pb.h"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/server.hpp"
#include "sql/pages.hpp"

namespace loan_manager::fleet::commissions {

namespace v1 = loanmanager::fleet::v1;

/// CommissionService over gRPC. One per process, used by all loops.
class CommissionHandlers {
public:
    /// Everything must outlive the handlers.
    CommissionHandlers(postgres::PoolGroup& pools, sql::Pages& pages, commands::Runner& runner)
        : pools_(pools), pages_(pages), runner_(runner) {}

    void register_with(rpc::Server& server);

private:
    boost::asio::awaitable<rpc::Result<v1::CommissionRule>> get_rule(rpc::CallContext& call,
                                                                     const v1::GetCommissionRuleRequest& request);
    boost::asio::awaitable<rpc::Result<v1::CommissionReplay>> replay(rpc::CallContext& call,
                                                                     const v1::ReplayCommissionRuleRequest& request);

    boost::asio::awaitable<rpc::Result<v1::Commission>> get(rpc::CallContext& call,
                                                            const v1::GetCommissionRequest& request);
    boost::asio::awaitable<rpc::Result<v1::CommissionExplanation>> explain(rpc::CallContext& call,
                                                                           const v1::ExplainCommissionRequest& request);

    postgres::PoolGroup& pools_;
    sql::Pages& pages_;
    commands::Runner& runner_;
};

}  // namespace loan_manager::fleet::commissions
