#pragma once

#include "access/identity.hpp"
#include "loanmanager/fleet/v1/costs.pb.h"
#include "paging/page.hpp"
#include "rpc/error.hpp"
#include "sql/keyset_query.hpp"

/// The entries of a bike.
namespace loan_manager::fleet::ledger {

namespace v1 = loanmanager::fleet::v1;

/// GET /v1/bikes/{id}/ledger, newest first.
rpc::Result<sql::KeysetQuery> entries(const v1::ListLedgerRequest& request, paging::PageRequest page,
                                      const access::Identity& caller);
v1::LedgerEntry read_entry(const postgres::Row& row);

}  // namespace loan_manager::fleet::ledger
