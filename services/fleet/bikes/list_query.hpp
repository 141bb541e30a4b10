#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "access/reach.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "paging/page.hpp"
#include "postgres/params.hpp"
#include "rpc/error.hpp"
#include "runtime/colombo_time.hpp"

namespace loan_manager::fleet::bikes {

namespace v1 = loanmanager::fleet::v1;

/// The statements of one list request. SQL is composed from fixed pieces; every value is a parameter.
struct ListQuery {
    std::string page_sql;   ///< Rows of bike_columns(), then the cursor key of the row as text.
    std::string count_sql;  ///< Number of matches, counted no further than one beyond the cap. Empty: not wanted.
    postgres::Params page_params;
    postgres::Params count_params;
    /// Whether the page statement is worth preparing: the same text comes again and again, and its plan does not
    /// depend on how rare the searched text is.
    bool reusable = false;
};

/// Composes the statements. `FORBIDDEN` when sorting by price without `costs:read`; `BAD_CURSOR` for a cursor whose key
/// is not of the sort field's type.
///
/// Each part of the caller's reach is read through its own index, in the order of the list and only as far as the page
/// needs; the parts are then merged. So a page costs the same in a large fleet.
rpc::Result<ListQuery> compose_list(const v1::ListBikesRequest& request, const paging::PageRequest& page,
                                    const access::Reach& readable, bool may_see_costs, runtime::Date today);

}  // namespace loan_manager::fleet::bikes
