#pragma once

#include "access/identity.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "paging/page.hpp"
#include "rpc/error.hpp"
#include "sql/keyset_query.hpp"

/// The numbers a bike has had.
namespace loan_manager::fleet::stock_numbers {

namespace v1 = loanmanager::fleet::v1;

/// GET /v1/bikes/{id}/stock-history, newest first.
rpc::Result<sql::KeysetQuery> history(const v1::ListStockHistoryRequest& request, paging::PageRequest page,
                                      const access::Identity& caller);
v1::StockHistoryEntry read_history_entry(const postgres::Row& row);

}  // namespace loan_manager::fleet::stock_numbers
