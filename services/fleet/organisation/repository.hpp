#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "loanmanager/fleet/v1/organisation.pb.h"
#include "paging/page.hpp"
#include "postgres/batch.hpp"
#include "postgres/rows.hpp"
#include "rpc/error.hpp"

/// All SQL that reads companies and branches. They are master data, readable by everybody who is signed in (D-905).
namespace loan_manager::fleet::organisation {

namespace v1 = loanmanager::fleet::v1;

void add_company(postgres::Batch& batch, const std::string& id_or_code);
void add_branch(postgres::Batch& batch, const std::string& id_or_code);
rpc::Result<v1::Company> read_company(const postgres::Rows& rows);
rpc::Result<v1::Branch> read_branch(const postgres::Rows& rows);

/// Adds the page and, if wanted, the count. The lists are short: filters are parameters that may be NULL.
void add_companies(postgres::Batch& batch, const v1::ListCompaniesRequest& request, const paging::PageRequest& page);
void add_branches(postgres::Batch& batch, const v1::ListBranchesRequest& request, const paging::PageRequest& page);
v1::CompanyList read_companies(const std::vector<postgres::Rows>& results, std::size_t first,
                               const v1::ListCompaniesRequest& request, const paging::PageRequest& page);
v1::BranchList read_branches(const std::vector<postgres::Rows>& results, std::size_t first,
                             const v1::ListBranchesRequest& request, const paging::PageRequest& page);

/// Which of the given ids or codes exist. Empty texts are ignored.
void add_reference_check(postgres::Batch& batch, const std::vector<std::string>& companies,
                         const std::vector<std::string>& branches);
struct References {
    std::set<std::string> companies;  ///< Those of the given texts that name one.
    std::set<std::string> branches;
};
References read_reference_check(const postgres::Rows& rows);

}  // namespace loan_manager::fleet::organisation
