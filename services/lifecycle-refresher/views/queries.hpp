#pragma once

#include "access/identity.hpp"
#include "loanmanager/lifecycle/v1/lifecycle.pb.h"
#include "paging/page.hpp"
#include "rpc/error.hpp"
#include "sql/keyset_query.hpp"

namespace loan_manager::lifecycle {

/// GET /v1/views/{name}/refreshes, newest first. NOT_FOUND for a view that does not exist.
rpc::Result<sql::KeysetQuery> list_refreshes(const loanmanager::lifecycle::v1::ListRefreshesRequest& request,
                                             paging::PageRequest page, const access::Identity& caller);
loanmanager::lifecycle::v1::RefreshRun read_refresh(const postgres::Row& row);

}  // namespace loan_manager::lifecycle
