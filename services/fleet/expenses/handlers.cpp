#include "fleet/expenses/handlers.hpp"

#include "fleet/expenses/commands.hpp"
#include "fleet/expenses/queries.hpp"
#include "fleet/expenses/rows.hpp"
#include "loanmanager/fleet/v1/expenses.grpc.pb.h"

namespace loan_manager::fleet::expenses {

namespace asio = boost::asio;
using access::Permission;

void ExpenseHandlers::register_with(rpc::Server& server) {
    auto service = server.service<v1::ExpenseService>();
    service.command("RecordExpense", runner_.handler(&record_expense))
        .command("UpdateExpense", runner_.handler(&update_expense))
        .command("VoidExpense", runner_.handler(&void_expense))
        .query("GetExpense", &ExpenseHandlers::get, *this)
        .query("ListExpenses", &ExpenseHandlers::list, *this)
        .query("ListBikeExpenses", &ExpenseHandlers::list_of_bike, *this);
}

asio::awaitable<rpc::Result<v1::Expense>> ExpenseHandlers::get(rpc::CallContext& call,
                                                               const v1::GetExpenseRequest& request) {
    sql::RoundTrip trip;
    const auto expense = add_find(trip, request.id());
    co_await trip.run(pools_.local(), call.deadline);
    const auto found = trip[expense];
    if (!found) {
        co_return found.error();
    }
    if (!access::reach(call.caller, Permission::expenses_read).covers(found->expense.branch_id(), found->company_id)) {
        co_return rpc::not_found("There is no such expense.");
    }
    co_return found->expense;
}

asio::awaitable<rpc::Result<v1::ExpenseList>> ExpenseHandlers::list(rpc::CallContext& call,
                                                                    const v1::ListExpensesRequest& request) {
    auto page = co_await pages_.read(request, call.deadline);
    if (!page) {
        co_return page.error();
    }
    auto query = list_query(request, std::move(*page), call.caller);
    if (!query) {
        co_return query.error();
    }
    auto list = co_await sql::run<v1::ExpenseList>(*query, pools_.local(), call.deadline, &read_item);
    if (list) {
        list->set_total_amount(query->totals().at(0));
    }
    co_return list;
}

asio::awaitable<rpc::Result<v1::ExpenseList>> ExpenseHandlers::list_of_bike(
    rpc::CallContext& call, const v1::ListBikeExpensesRequest& request) {
    auto page = co_await pages_.read(request, call.deadline);
    if (!page) {
        co_return page.error();
    }
    auto query = list_query(request, std::move(*page), call.caller);
    if (!query) {
        co_return query.error();
    }
    sql::RoundTrip trip;
    const auto bike =
        bikes::add_is_readable(trip, request.bicycle_id(), access::reach(call.caller, Permission::bikes_read));
    const auto missing = bikes::no_such_bike();
    auto list = co_await sql::run_below<v1::ExpenseList>(trip, bike, missing, *query, pools_.local(), call.deadline,
                                                         &read_item);
    if (list) {
        list->set_total_amount(query->totals().at(0));
    }
    co_return list;
}

}  // namespace loan_manager::fleet::expenses
