#pragma once

#include <boost/asio/awaitable.hpp>

#include "commands/runner.hpp"
#include "fleet/values/statement_cache.hpp"
#include "loanmanager/fleet/v1/expenses.grpc.pb.h"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/server.hpp"

namespace loan_manager::fleet::expenses {

namespace v1 = loanmanager::fleet::v1;

/// ExpenseService. One per process, used by all loops.
class ExpenseHandlers {
public:
    /// Everything must outlive the handlers.
    ExpenseHandlers(postgres::PoolGroup& pools, commands::Runner& runner) : pools_(pools), runner_(runner) {}

    void register_with(rpc::Server& server);

    boost::asio::awaitable<rpc::Result<v1::Expense>> record(rpc::CallContext& context,
                                                            const v1::RecordExpenseRequest& request);
    boost::asio::awaitable<rpc::Result<v1::Expense>> get(rpc::CallContext& context,
                                                         const v1::GetExpenseRequest& request);
    boost::asio::awaitable<rpc::Result<v1::ExpenseList>> list(rpc::CallContext& context,
                                                              const v1::ListExpensesRequest& request);
    boost::asio::awaitable<rpc::Result<v1::ExpenseList>> list_of_bike(rpc::CallContext& context,
                                                                      const v1::ListBikeExpensesRequest& request);

private:
    postgres::PoolGroup& pools_;
    commands::Runner& runner_;
    StatementCache list_statements_{"expenses.list_", 128};
};

}  // namespace loan_manager::fleet::expenses
