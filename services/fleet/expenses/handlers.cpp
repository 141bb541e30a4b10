#include "fleet/expenses/handlers.hpp"

#include "access/reach.hpp"
#include "fleet/bikes/repository.hpp"
#include "fleet/expenses/list_query.hpp"
#include "fleet/expenses/record.hpp"
#include "fleet/expenses/repository.hpp"
#include "fleet/expenses/rules.hpp"
#include "fleet/expenses/update.hpp"
#include "fleet/expenses/void.hpp"
#include "fleet/organisation/repository.hpp"

namespace loan_manager::fleet::expenses {

namespace asio = boost::asio;
using access::Permission;

void ExpenseHandlers::register_with(rpc::Server& server) {
    auto service = server.service<v1::ExpenseService>();
    service.command("RecordExpense", &ExpenseHandlers::record, *this)
        .command("UpdateExpense", &ExpenseHandlers::update, *this)
        .command("VoidExpense", &ExpenseHandlers::void_expense, *this)
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

asio::awaitable<rpc::Result<v1::Expense>> ExpenseHandlers::update(rpc::CallContext& context,
                                                                  const v1::UpdateExpenseRequest& request) {
    Update command;
    co_return co_await runner_.run(context, request, command);
}

asio::awaitable<rpc::Result<v1::Expense>> ExpenseHandlers::void_expense(rpc::CallContext& context,
                                                                        const v1::VoidExpenseRequest& request) {
    Void command;
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
    const std::vector<std::string> no_companies;
    std::vector<std::string> branches;
    if (request.has_branch_id()) {
        branches.push_back(request.branch_id());
    }
    postgres::Batch batch;
    organisation::add_reference_check(batch, no_companies, branches);
    bikes::add_exists(batch, request.has_bicycle_id() ? request.bicycle_id() : commands::no_id);
    add_list(batch, list_statements_, *query);
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();

    std::vector<rpc::FieldIssue> issues;
    if (request.has_branch_id() && organisation::read_reference_check(results.at(0)).branches.empty()) {
        issues.emplace_back("branch_id", std::string(validate::issue::not_found));
    }
    if (request.has_bicycle_id() && results.at(1).empty()) {
        issues.emplace_back("bicycle_id", std::string(validate::issue::not_found));
    }
    if (!issues.empty()) {
        co_return rpc::validation(std::move(issues));
    }
    co_return read_expenses(results, 2, *page);
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
