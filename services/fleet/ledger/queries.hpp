#pragma once

#include <string>

#include "access/identity.hpp"
#include "loanmanager/fleet/v1/costs.pb.h"
#include "paging/page.hpp"
#include "rpc/error.hpp"
#include "sql/keyset_query.hpp"

/// The entries of one bike as a list, newest first.
namespace loan_manager::fleet::ledger {

namespace v1 = loanmanager::fleet::v1;

rpc::Result<sql::KeysetQuery> entries_query(const std::string& bicycle_id, paging::PageRequest page,
                                            const access::Identity& caller);
v1::LedgerEntry read_entry(const postgres::Row& row);

}  // namespace loan_manager::fleet::ledger
