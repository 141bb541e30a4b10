#pragma once

#include <string>
#include <vector>

#include "access/reach.hpp"
#include "fleet/values/list_query.hpp"
#include "loanmanager/fleet/v1/sales.pb.h"

/// Lists of sales.
namespace loan_manager::fleet::sales {

namespace v1 = loanmanager::fleet::v1;

/// Sales of branches within reach. The page must outlive the query. BAD_CURSOR.
rpc::Result<ListQuery> compose_list(const v1::ListSalesRequest& request, const paging::PageRequest& page,
                                    const access::Reach& readable);
/// Those of one bike, newest first.
rpc::Result<ListQuery> compose_list(const v1::ListBikeSalesRequest& request, const paging::PageRequest& page,
                                    const access::Reach& readable);
/// Reads either, beginning with result `first`.
v1::SaleList read_sales(const std::vector<postgres::Rows>& results, std::size_t first, const paging::PageRequest& page,
                        const access::Reach& costs);

}  // namespace loan_manager::fleet::sales
