#pragma once

#include <boost/asio/awaitable.hpp>

#include "commands/runner.hpp"
#include "fleet/values/statement_cache.hpp"
#include "loanmanager/fleet/v1/commissions.grpc.pb.h"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/server.hpp"

namespace loan_manager::fleet::commissions {

namespace v1 = loanmanager::fleet::v1;

/// CommissionService. One per process, used by all loops.
class CommissionHandlers {
public:
    /// Both must outlive the handlers.
    CommissionHandlers(postgres::PoolGroup& pools, commands::Runner& runner) : pools_(pools), runner_(runner) {}

    void register_with(rpc::Server& server);

    template <class T>
    using Answer = boost::asio::awaitable<rpc::Result<T>>;

    Answer<v1::CommissionRuleList> list_rules(rpc::CallContext& context, const v1::ListCommissionRulesRequest& request);
    Answer<v1::CommissionRule> get_rule(rpc::CallContext& context, const v1::GetCommissionRuleRequest& request);
    Answer<v1::CommissionReplay> replay(rpc::CallContext& context, const v1::ReplayCommissionRuleRequest& request);

    Answer<v1::CommissionList> list(rpc::CallContext& context, const v1::ListCommissionsRequest& request);
    Answer<v1::Commission> get(rpc::CallContext& context, const v1::GetCommissionRequest& request);
    Answer<v1::CommissionExplanation> explain(rpc::CallContext& context, const v1::ExplainCommissionRequest& request);

private:
    postgres::PoolGroup& pools_;
    commands::Runner& runner_;
    StatementCache list_statements_{"commissions.list_", 256};
    StatementCache rule_statements_{"commissions.rules_", 64};
};

}  // namespace loan_manager::fleet::commissions
