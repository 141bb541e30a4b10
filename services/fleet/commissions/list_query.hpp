#pragma once

#include <string>
#include <vector>

#include "access/identity.hpp"
#include "fleet/values/statement_cache.hpp"
#include "loanmanager/fleet/v1/commissions.pb.h"
#include "loanmanager/fleet/v1/sales.pb.h"
#include "paging/page.hpp"
#include "postgres/batch.hpp"
#include "postgres/rows.hpp"
#include "rpc/error.hpp"

/// Lists of commissions: those within reach, the caller's own, those of one sale.
namespace loan_manager::fleet::commissions {

namespace v1 = loanmanager::fleet::v1;

/// Adds page, count (if wanted) and sum. With payee=me, or the caller's own id, it lists the caller's rows of every
/// branch; anything else needs `commissions:read` and lists rows of branches within its reach.
/// FORBIDDEN; VALIDATION for a payee that is no id; BAD_CURSOR.
rpc::Result<void> add_list(postgres::Batch& batch, StatementCache& statements,
                           const v1::ListCommissionsRequest& request, const paging::PageRequest& page,
                           const access::Identity& caller);

/// The same for GET /v1/sales/{id}/commissions: rows within reach in the order they came about. That the sale itself is
/// readable is for the caller to check.
rpc::Result<void> add_list_of_sale(postgres::Batch& batch, StatementCache& statements,
                                   const v1::ListSaleCommissionsRequest& request, const paging::PageRequest& page,
                                   const access::Identity& caller);

/// Reads what one of these has added, beginning with result `first`.
v1::CommissionList read_list(const std::vector<postgres::Rows>& results, std::size_t first,
                             const paging::PageRequest& page, const access::Identity& caller);

}  // namespace loan_manager::fleet::commissions
