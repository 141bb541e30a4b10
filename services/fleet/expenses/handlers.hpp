#pragma once

#include <boost/asio/awaitable.hpp>

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/expenses.pb.h"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/server.hpp"
#include "sql/pages.hpp"

namespace loan_manager::fleet::expenses {

namespace v1 = loanmanager::fleet::v1;

/// ExpenseService over gRPC. One per process, used by all loops.
class ExpenseHandlers {
public:
    /// Everything must outlive the handlers.
    ExpenseHandlers(postgres::PoolGroup& pools, sql::Pages& pages, commands::Runner& runner)
        : pools_(pools), pages_(pages), runner_(runner) {}

    void register_with(rpc::Server& server);

private:
    boost::asio::awaitable<rpc::Result<v1::Expense>> get(rpc::CallContext& call, const v1::GetExpenseRequest& request);

    postgres::PoolGroup& pools_;
    sql::Pages& pages_;
    commands::Runner& runner_;
};

}  // namespace loan_manager::fleet::expenses
