#pragma once

#include "access/identity.hpp"
#include "loanmanager/fleet/v1/repairs.pb.h"
#include "paging/page.hpp"
#include "rpc/error.hpp"
#include "sql/keyset_query.hpp"

/// Lists of the jobs within reach: at a branch, or assigned to the caller (D-901).
namespace loan_manager::fleet::repairs {

namespace v1 = loanmanager::fleet::v1;

/// GET /v1/repair-jobs
rpc::Result<sql::KeysetQuery> list(const v1::ListRepairJobsRequest& request, paging::PageRequest page,
                                   const access::Identity& caller);
/// GET /v1/bikes/{id}/repair-jobs, newest first.
rpc::Result<sql::KeysetQuery> list_of_bike(const v1::ListBikeRepairJobsRequest& request, paging::PageRequest page,
                                           const access::Identity& caller);

/// The job of a row of such a list: without lines.
v1::RepairJob read_item(const postgres::Row& row);

}  // namespace loan_manager::fleet::repairs
