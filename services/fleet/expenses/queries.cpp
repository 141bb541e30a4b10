#include "fleet/expenses/queries.hpp"

#include <array>
#include <string_view>

#include "access/reach.hpp"
#include "fleet/bikes/rows.hpp"
#include "fleet/expenses/rows.hpp"
#include "sql/proto_values.hpp"

namespace loan_manager::fleet::expenses {
namespace {

constexpr std::string_view newest_first = "-expense_date";
constexpr std::array sort_fields{sql::SortField{"expense_date", "e.expense_date", sql::KeyType::date},
                                 sql::SortField{"amount", "e.amount", sql::KeyType::numeric}};

rpc::Result<sql::KeysetQuery> readable(paging::PageRequest page, const access::Identity& caller, std::string_view sort,
                                       bool with_voided) {
    sql::KeysetQuery query(std::move(page), {expense_columns(), "fleet.expenses e", "e.id"});
    if (auto sorted = query.sort_by(sort_fields, sort, caller); !sorted) {
        return sorted.error();
    }
    query.where(query.covers(access::reach(caller, access::Permission::expenses_read), {"e.branch_id"}));
    if (!with_voided) {
        query.where("e.voided_at IS NULL");
    }
    query.sum("total_amount", "e.amount");
    return query;
}

}  // namespace

rpc::Result<sql::KeysetQuery> list(const v1::ListExpensesRequest& request, paging::PageRequest page,
                                   const access::Identity& caller) {
    auto query = readable(std::move(page), caller, sql::order_of(request, newest_first), request.include_voided());
    if (!query) {
        return query;
    }
    if (request.has_bicycle_id()) {
        query->where("e.bicycle_id = " + query->reference(sql::Entity::bike, "bicycle_id", request.bicycle_id()));
    }
    if (request.has_branch_id()) {
        query->where("e.branch_id = " + query->branch("branch_id", request.branch_id()));
    }
    if (request.has_category()) {
        query->where("e.category = " + query->parameter(sql::token_of(request.category())));
    }
    query->between_dates("e.expense_date", LM_MAYBE(request, from), LM_MAYBE(request, to));
    return query;
}

rpc::Result<sql::KeysetQuery> list_of_bike(const v1::ListBikeExpensesRequest& request, paging::PageRequest page,
                                           const access::Identity& caller) {
    auto query = readable(std::move(page), caller, newest_first, request.include_voided());
    if (query) {
        query->below(bikes::parent(request.bicycle_id(), access::reach(caller, access::Permission::bikes_read)));
        query->where("e.bicycle_id = " + query->parameter(request.bicycle_id()) + "::uuid");
    }
    return query;
}

v1::Expense read_item(const postgres::Row& row) { return read_expense(row).expense; }

}  // namespace loan_manager::fleet::expenses
