#include "fleet/expenses/handlers.hpp"

#include "fleet/expenses/commands.hpp"
#include "fleet/expenses/queries.hpp"
#include "fleet/expenses/rows.hpp"
#include "loanmanager/fleet/v1/expenses.grpc.pb.h"

namespace loan_manager::fleet::expenses {

namespace asio = boost::asio;
using access::Permission;

void ExpenseHandlers::register_with(rpc::Server& server) {
    server.service<v1::ExpenseService>()
        .command("RecordExpense", runner_.handler(&record_expense))
        .query("ListExpenses", pages_.list<v1::ExpenseList>(&list, &read_item))
        .query("GetExpense", &ExpenseHandlers::get, *this)
        .query("ListBikeExpenses", pages_.list<v1::ExpenseList>(&list_of_bike, &read_item))
        .command("UpdateExpense", runner_.handler(&update_expense))
        .command("VoidExpense", runner_.handler(&void_expense));
}

asio::awaitable<rpc::Result<v1::Expense>> ExpenseHandlers::get(rpc::CallContext& call,
                                                               const v1::GetExpenseRequest& request) {
    sql::RoundTrip trip;
    const auto expense = add_find(trip, request.id());
    co_await trip.run(pools_.local(), call.deadline);
    auto found = trip[expense];
    if (!found) {
        co_return std::move(found).error();
    }
    if (!found->covered_by(access::reach(call.caller, Permission::expenses_read))) {
        co_return no_such_expense();
    }
    co_return std::move(found->expense);
}

}  // namespace loan_manager::fleet::expenses
