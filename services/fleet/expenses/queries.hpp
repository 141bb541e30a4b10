#pragma once

#include "access/identity.hpp"
#include "loanmanager/fleet/v1/expenses.pb.h"
#include "paging/page.hpp"
#include "rpc/error.hpp"
#include "sql/keyset_query.hpp"

/// Lists of expenses of branches within reach; their one sum is `total_amount`.
namespace loan_manager::fleet::expenses {

namespace v1 = loanmanager::fleet::v1;

/// GET /v1/expenses
rpc::Result<sql::KeysetQuery> list(const v1::ListExpensesRequest& request, paging::PageRequest page,
                                   const access::Identity& caller);
/// GET /v1/bikes/{id}/expenses, newest first.
rpc::Result<sql::KeysetQuery> list_of_bike(const v1::ListBikeExpensesRequest& request, paging::PageRequest page,
                                           const access::Identity& caller);

v1::Expense read_item(const postgres::Row& row);

}  // namespace loan_manager::fleet::expenses
