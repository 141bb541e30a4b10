#pragma once

#include "access/identity.hpp"
#include "loanmanager/fleet/v1/organisation.pb.h"
#include "paging/page.hpp"
#include "rpc/error.hpp"
#include "sql/keyset_query.hpp"

/// Lists of companies and branches; their items are read by company_table() and branch_table().
namespace loan_manager::fleet::organisation {

namespace v1 = loanmanager::fleet::v1;

rpc::Result<sql::KeysetQuery> list_query(const v1::ListCompaniesRequest& request, paging::PageRequest page,
                                         const access::Identity& caller);
rpc::Result<sql::KeysetQuery> list_query(const v1::ListBranchesRequest& request, paging::PageRequest page,
                                         const access::Identity& caller);

}  // namespace loan_manager::fleet::organisation
