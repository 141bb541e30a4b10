#pragma once

#include <string>

#include "access/identity.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "sql/keyset_query.hpp"

namespace loan_manager::fleet::bikes {

namespace v1 = loanmanager::fleet::v1;

/// What happened to a bike, newest first: the audit rows of the bike and of its transfers, expenses,
/// repair jobs and sales. Nothing is ever removed there, and each table finds its rows of a bike by index. A row that
/// belongs to a transfer, expense, job or sale is shown to whom that entity is shown (D-901).
rpc::Result<sql::KeysetQuery> timeline_query(const std::string& bicycle_id, paging::PageRequest page,
                                             const access::Identity& caller);

v1::TimelineEntry read_timeline_entry(const postgres::Row& row);

}  // namespace loan_manager::fleet::bikes
