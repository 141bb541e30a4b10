#pragma once

#include <string>

#include "fleet/values/list_query.hpp"
#include "loanmanager/fleet/v1/costs.pb.h"

/// The entries of one bike as a list.
namespace loan_manager::fleet::ledger {

namespace v1 = loanmanager::fleet::v1;

/// Adds the page, newest first. BAD_CURSOR.
rpc::Result<void> add_entries(postgres::Batch& batch, StatementCache& statements, const std::string& bicycle_id,
                              const paging::PageRequest& page);

v1::LedgerEntry read_entry(const postgres::Row& row);

}  // namespace loan_manager::fleet::ledger
