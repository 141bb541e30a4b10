#pragma once

#include "access/identity.hpp"
#include "loanmanager/fleet/v1/organisation.pb.h"
#include "paging/page.hpp"
#include "rpc/error.hpp"
#include "sql/keyset_query.hpp"

/// Lists of companies and branches, which everybody may read (D-905).
namespace loan_manager::fleet::organisation {

namespace v1 = loanmanager::fleet::v1;

/// GET /v1/companies
rpc::Result<sql::KeysetQuery> list_companies(const v1::ListCompaniesRequest& request, paging::PageRequest page,
                                             const access::Identity& caller);
v1::Company read_company(const postgres::Row& row);

/// GET /v1/branches
rpc::Result<sql::KeysetQuery> list_branches(const v1::ListBranchesRequest& request, paging::PageRequest page,
                                            const access::Identity& caller);
v1::Branch read_branch(const postgres::Row& row);

}  // namespace loan_manager::fleet::organisation
