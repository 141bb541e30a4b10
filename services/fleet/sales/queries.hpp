#pragma once

#include "access/identity.hpp"
#include "loanmanager/fleet/v1/sales.pb.h"
#include "paging/page.hpp"
#include "rpc/error.hpp"
#include "sql/keyset_query.hpp"

/// Lists of sales of branches within reach.
namespace loan_manager::fleet::sales {

namespace v1 = loanmanager::fleet::v1;

/// GET /v1/sales
rpc::Result<sql::KeysetQuery> list(const v1::ListSalesRequest& request, paging::PageRequest page,
                                   const access::Identity& caller);
/// GET /v1/bikes/{id}/sales, newest first.
rpc::Result<sql::KeysetQuery> list_of_bike(const v1::ListBikeSalesRequest& request, paging::PageRequest page,
                                           const access::Identity& caller);

v1::Sale read_item(const postgres::Row& row, const access::Identity& caller);

}  // namespace loan_manager::fleet::sales
