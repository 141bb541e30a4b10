#pragma once

#include "access/identity.hpp"
#include "loanmanager/fleet/v1/transfers.pb.h"
#include "paging/page.hpp"
#include "rpc/error.hpp"
#include "sql/keyset_query.hpp"

/// Lists of transfers: those with either end within reach (D-505).
namespace loan_manager::fleet::transfers {

namespace v1 = loanmanager::fleet::v1;

/// GET /v1/transfers
rpc::Result<sql::KeysetQuery> list(const v1::ListTransfersRequest& request, paging::PageRequest page,
                                   const access::Identity& caller);
/// GET /v1/bikes/{id}/transfers, newest first.
rpc::Result<sql::KeysetQuery> list_of_bike(const v1::ListBikeTransfersRequest& request, paging::PageRequest page,
                                           const access::Identity& caller);

v1::Transfer read_item(const postgres::Row& row);

}  // namespace loan_manager::fleet::transfers
