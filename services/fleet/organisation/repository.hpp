#pragma once

#include <string>

#include "loanmanager/fleet/v1/organisation.pb.h"
#include "postgres/batch.hpp"
#include "postgres/rows.hpp"
#include "rpc/error.hpp"
#include "sql/keyset_query.hpp"

/// All SQL that reads companies and branches (changing them: admin_repository.hpp). They are master data, readable by
/// everybody who is signed in (D-905).
namespace loan_manager::fleet::organisation {

namespace v1 = loanmanager::fleet::v1;

/// Select lists over `c` (fleet.companies) and `r` (fleet.branches).
const std::string& company_columns();
const std::string& branch_columns();
v1::Company to_company(const postgres::Row& row);
v1::Branch to_branch(const postgres::Row& row);

void add_company(postgres::Batch& batch, const std::string& id_or_code);
void add_branch(postgres::Batch& batch, const std::string& id_or_code);
/// NOT_FOUND if there is none.
rpc::Result<v1::Company> read_company(const postgres::Rows& rows);
rpc::Result<v1::Branch> read_branch(const postgres::Rows& rows);

rpc::Result<sql::KeysetQuery> list_query(const v1::ListCompaniesRequest& request, paging::PageRequest page,
                                         const access::Identity& caller);
rpc::Result<sql::KeysetQuery> list_query(const v1::ListBranchesRequest& request, paging::PageRequest page,
                                         const access::Identity& caller);

}  // namespace loan_manager::fleet::organisation
