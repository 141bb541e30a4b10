#include "fleet/expenses/handlers.hpp"

#include "access/reach.hpp"
#include "fleet/bikes/repository.hpp"
#include "fleet/expenses/list_query.hpp"
#include "fleet/expenses/record.hpp"
#include "fleet/expenses/repository.hpp"
#include "fleet/expenses/rules.hpp"
#include "fleet/expenses/update.hpp"
#include "fleet/expenses/void.hpp"
#include "fleet/values/reference_check.hpp"

namespace loan_manager::fleet::expenses {

namespace asio = boost::asio;
using access::Permission;

void ExpenseHandlers::register_with(rpc::Server& server) {
    auto service = server.service<v1::ExpenseService>();
    service.command("RecordExpense", &ExpenseHandlers::record, *this)
        .command("UpdateExpense", runner_.handler<Update>())
        .command("VoidExpense", runner_.handler<Void>())
        .query("GetExpense", &ExpenseHandlers::get, *this)
        .query("ListExpenses", &ExpenseHandlers::list, *this)
        .query("ListBikeExpenses", &ExpenseHandlers::list_of_bike, *this);
}

asio::awaitable<rpc::Result<v1::Expense>> ExpenseHandlers::record(rpc::CallContext& context,
                                                                  const v1::RecordExpenseRequest& request) {
    // The route lets both kinds in; which of them is needed, only the request says.
    if (!access::allowed(context.caller, permission_to_record(request.post_sale()))) {
        co_return rpc::forbidden();
    }
    Record command;
    co_return co_await runner_.run(context, request, command);
}

asio::awaitable<rpc::Result<v1::Expense>> ExpenseHandlers::get(rpc::CallContext& context,
                                                               const v1::GetExpenseRequest& request) {
    postgres::Batch batch;
    add_find(batch, request.id());
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    auto found = read_found(results.at(0));
    const auto readable = access::reach(context.caller, Permission::expenses_read);
    if (found && !readable.covers(found->expense.branch_id(), found->company_id)) {
        co_return rpc::not_found("There is no such expense.");
    }
    if (!found) {
        co_return found.error();
    }
    co_return std::move(found->expense);
}

asio::awaitable<rpc::Result<v1::ExpenseList>> ExpenseHandlers::list(rpc::CallContext& context,
                                                                    const v1::ListExpensesRequest& request) {
    const auto page = paging::read_page(request);
    if (!page) {
        co_return page.error();
    }
    const auto query = compose_list(request, *page, access::reach(context.caller, Permission::expenses_read));
    if (!query) {
        co_return query.error();
    }
    ReferenceCheck references;
    references.branch("branch_id", LM_MAYBE(request, branch_id));
    references.bike("bicycle_id", LM_MAYBE(request, bicycle_id));

    postgres::Batch batch;
    add_list(batch, list_statements_, *query);
    references.add_to(batch);
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    if (auto known = references.read(results); !known) {
        co_return known.error();
    }
    co_return read_expenses(results, 0, *page);
}

asio::awaitable<rpc::Result<v1::ExpenseList>> ExpenseHandlers::list_of_bike(
    rpc::CallContext& context, const v1::ListBikeExpensesRequest& request) {
    const auto page = paging::read_page(request);
    if (!page) {
        co_return page.error();
    }
    const auto query = compose_list(request, *page, access::reach(context.caller, Permission::expenses_read));
    if (!query) {
        co_return query.error();
    }
    postgres::Batch batch;
    bikes::add_is_readable(batch, request.bicycle_id(), access::reach(context.caller, Permission::bikes_read));
    add_list(batch, list_statements_, *query);
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    if (results.at(0).empty()) {
        co_return rpc::not_found("There is no such bike.");
    }
    co_return read_expenses(results, 1, *page);
}

}  // namespace loan_manager::fleet::expenses
