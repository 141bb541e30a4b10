#pragma once

#include "access/reach.hpp"
#include "fleet/transfers/transfer_row.hpp"
#include "fleet/values/list_query.hpp"
#include "loanmanager/fleet/v1/transfers.pb.h"
#include "paging/page.hpp"

/// Lists of transfers; read_list() with read_item() reads them. The page must outlive the query. BAD_CURSOR.
namespace loan_manager::fleet::transfers {

namespace v1 = loanmanager::fleet::v1;

/// GET /v1/transfers: those with either end within reach (D-505).
rpc::Result<ListQuery> compose_list(const v1::ListTransfersRequest& request, const paging::PageRequest& page,
                                    const access::Reach& readable);
/// GET /v1/bikes/{id}/transfers: likewise, of one bike, newest first.
rpc::Result<ListQuery> compose_list(const v1::ListBikeTransfersRequest& request, const paging::PageRequest& page,
                                    const access::Reach& readable);

inline v1::Transfer read_item(const postgres::Row& row) { return read_transfer(row).transfer; }

}  // namespace loan_manager::fleet::transfers
