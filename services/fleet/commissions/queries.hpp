#pragma once

#include "access/identity.hpp"
#include "loanmanager/fleet/v1/commissions.pb.h"
#include "loanmanager/fleet/v1/sales.pb.h"
#include "paging/page.hpp"
#include "rpc/error.hpp"
#include "sql/keyset_query.hpp"

/// Lists of commissions – those within reach, the caller's own, those of one sale – and of rules. The one sum of a list
/// of commissions is `total_amount`: what is due or paid, and what was rejected or reversed only when asked for by
/// status.
namespace loan_manager::fleet::commissions {

namespace v1 = loanmanager::fleet::v1;

/// GET /v1/commissions. With payee=me, or the caller's own id, it lists the caller's rows of every branch; anything
/// else needs `commissions:read` and lists rows of branches within its reach. FORBIDDEN; VALIDATION for a payee that is
/// no id.
rpc::Result<sql::KeysetQuery> list(const v1::ListCommissionsRequest& request, paging::PageRequest page,
                                   const access::Identity& caller);
v1::Commission read_item(const postgres::Row& row, const access::Identity& caller);

/// GET /v1/sales/{id}/commissions: rows within reach in the order they came about.
rpc::Result<sql::KeysetQuery> list_of_sale(const v1::ListSaleCommissionsRequest& request, paging::PageRequest page,
                                           const access::Identity& caller);
/// GET /v1/commission-rules
rpc::Result<sql::KeysetQuery> list_rules(const v1::ListCommissionRulesRequest& request, paging::PageRequest page,
                                         const access::Identity& caller);
v1::CommissionRule read_rule(const postgres::Row& row);

}  // namespace loan_manager::fleet::commissions
