#pragma once

#include "access/reach.hpp"
#include "fleet/values/list_query.hpp"
#include "loanmanager/fleet/v1/expenses.pb.h"

namespace loan_manager::fleet::expenses {

namespace v1 = loanmanager::fleet::v1;

/// Expenses of branches within reach. The page must outlive the query. BAD_CURSOR.
rpc::Result<ListQuery> compose_list(const v1::ListExpensesRequest& request, const paging::PageRequest& page,
                                    const access::Reach& readable);
/// Those of one bike, newest first.
rpc::Result<ListQuery> compose_list(const v1::ListBikeExpensesRequest& request, const paging::PageRequest& page,
                                    const access::Reach& readable);

/// Adds page, count (if wanted) and sum; read_expenses() reads them, beginning with result `first`.
void add_list(postgres::Batch& batch, StatementCache& statements, const ListQuery& query);
v1::ExpenseList read_expenses(const std::vector<postgres::Rows>& results, std::size_t first,
                              const paging::PageRequest& page);

}  // namespace loan_manager::fleet::expenses
