#pragma once

#include <string>

#include "access/identity.hpp"
#include "fleet/values/list_query.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"

namespace loan_manager::fleet::bikes {

namespace v1 = loanmanager::fleet::v1;

/// Adds the page of what happened to a bike, newest first: the audit rows of the bike and of its transfers, expenses,
/// repair jobs and sales. Nothing is ever removed there, and each table finds its rows of a bike by index. A row that
/// belongs to a transfer, expense, job or sale is shown to whom that entity is shown (D-901). BAD_CURSOR.
rpc::Result<void> add_timeline(postgres::Batch& batch, StatementCache& statements, const std::string& bicycle_id,
                               const access::Identity& caller, const paging::PageRequest& page);

v1::TimelineEntry read_timeline_entry(const postgres::Row& row);

}  // namespace loan_manager::fleet::bikes
