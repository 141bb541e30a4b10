#pragma once

#include "access/identity.hpp"
#include "loanmanager/fleet/v1/audit.pb.h"
#include "paging/page.hpp"
#include "rpc/error.hpp"
#include "sql/keyset_query.hpp"

/// The audit log as a list. Its rows are written by libs/commands, in the transaction of what they tell of.
namespace loan_manager::fleet::audit {

namespace v1 = loanmanager::fleet::v1;

/// The rows within reach, newest first: rows of no branch only for who reads everything (D-903).
rpc::Result<sql::KeysetQuery> list(const v1::ListAuditRequest& request, paging::PageRequest page,
                                   const access::Identity& caller);
v1::AuditRow read_item(const postgres::Row& row);

}  // namespace loan_manager::fleet::audit
