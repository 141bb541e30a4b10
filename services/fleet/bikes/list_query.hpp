#pragma once

#include "access/identity.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "paging/page.hpp"
#include "rpc/error.hpp"
#include "runtime/colombo_time.hpp"
#include "sql/keyset_query.hpp"

namespace loan_manager::fleet::bikes {

namespace v1 = loanmanager::fleet::v1;

/// GET /v1/bikes: those within reach, standing there or on their way there (D-505). Sorted by the purchase price it
/// holds only bikes whose costs the caller may see; FORBIDDEN if there can be none.
rpc::Result<sql::KeysetQuery> list_query(const v1::ListBikesRequest& request, paging::PageRequest page,
                                         const access::Identity& caller, runtime::Date today);

}  // namespace loan_manager::fleet::bikes
