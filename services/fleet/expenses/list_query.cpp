#include "fleet/expenses/list_query.hpp"

#include <array>
#include <string_view>

#include "fleet/expenses/repository.hpp"
#include "fleet/values/proto_values.hpp"

namespace loan_manager::fleet::expenses {
namespace {

constexpr std::string_view newest_first = "-expense_date";
constexpr std::array sort_fields{SortField{"expense_date", "e.expense_date", "date"},
                                 SortField{"amount", "e.amount", "numeric"}};

ListQuery covered_expenses(const paging::PageRequest& page, const access::Reach& readable, bool with_voided) {
    ListQuery query(expense_columns(), "fleet.expenses e", "e.id", page);
    query.where(query.covers(readable, "e.branch_id"));
    if (!with_voided) {
        query.where("e.voided_at IS NULL");
    }
    return query;
}

rpc::Result<ListQuery> sorted(ListQuery query, std::string_view sort) {
    if (auto sorted = query.sort_by(sort_fields, sort); !sorted) {
        return sorted.error();
    }
    return query;
}

}  // namespace

rpc::Result<ListQuery> compose_list(const v1::ListExpensesRequest& request, const paging::PageRequest& page,
                                    const access::Reach& readable) {
    auto query = covered_expenses(page, readable, request.include_voided());
    if (request.has_bicycle_id()) {
        query.where("e.bicycle_id = " + query.parameter(request.bicycle_id()) + "::uuid");
    }
    if (request.has_branch_id()) {
        query.where("e.branch_id = " + query.branch(request.branch_id()));
    }
    if (request.has_category()) {
        query.where("e.category = " + query.parameter(token_of(request.category())));
    }
    if (request.has_from()) {
        query.where("e.expense_date >= " + query.parameter(request.from()) + "::date");
    }
    if (request.has_to()) {
        query.where("e.expense_date <= " + query.parameter(request.to()) + "::date");
    }
    return sorted(std::move(query), request.has_sort() ? std::string_view(request.sort()) : newest_first);
}

rpc::Result<ListQuery> compose_list(const v1::ListBikeExpensesRequest& request, const paging::PageRequest& page,
                                    const access::Reach& readable) {
    auto query = covered_expenses(page, readable, request.include_voided());
    query.where("e.bicycle_id = " + query.parameter(request.bicycle_id()) + "::uuid");
    return sorted(std::move(query), newest_first);
}

void add_list(postgres::Batch& batch, StatementCache& statements, const ListQuery& query) {
    query.add_to(batch, statements);
    query.add_sum_to(batch, statements, "e.amount");
}

v1::ExpenseList read_expenses(const std::vector<postgres::Rows>& results, std::size_t first,
                              const paging::PageRequest& page) {
    auto list = read_list<v1::ExpenseList>(results, first, page,
                                           [](const postgres::Row& row) { return read_expense(row).expense; });
    const std::size_t sum = first + (page.count ? 2 : 1);
    list.set_total_amount(results.at(sum).front().get<std::string>(0));
    return list;
}

}  // namespace loan_manager::fleet::expenses
