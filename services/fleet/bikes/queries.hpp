#pragma once

#include "access/identity.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "paging/page.hpp"
#include "rpc/error.hpp"
#include "runtime/clock.hpp"
#include "sql/keyset_query.hpp"

/// Lists of bikes, and what happened to one.
namespace loan_manager::fleet::bikes {

namespace v1 = loanmanager::fleet::v1;

/// GET /v1/bikes: those within reach, standing there or on their way there (D-505). Sorted by the purchase price it
/// holds only bikes whose costs the caller may see.
rpc::Result<sql::KeysetQuery> list(const v1::ListBikesRequest& request, paging::PageRequest page,
                                   const access::Identity& caller, const runtime::Clock& clock);
v1::Bike read_item(const postgres::Row& row, const access::Identity& caller);

/// GET /v1/bikes/{id}/timeline, newest first: the audit rows of the bike and of its transfers, expenses, repair jobs
/// and sales. Nothing is ever removed there, and each table finds its rows of a bike by index. A row that belongs to a
/// transfer, expense, job or sale is shown to whom that entity is shown (D-901).
rpc::Result<sql::KeysetQuery> timeline(const v1::ListTimelineRequest& request, paging::PageRequest page,
                                       const access::Identity& caller);
v1::TimelineEntry read_timeline_entry(const postgres::Row& row);

}  // namespace loan_manager::fleet::bikes
