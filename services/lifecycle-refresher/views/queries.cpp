#include "lifecycle-refresher/views/queries.hpp"

#include <array>

#include "lifecycle-refresher/refresh/run.hpp"
#include "lifecycle-refresher/views/catalog.hpp"
#include "lifecycle-refresher/views/messages.hpp"

namespace loan_manager::lifecycle {
namespace {

namespace v1 = loanmanager::lifecycle::v1;

constexpr std::array sort_fields{sql::SortField{"started_at", "r.started_at", sql::KeyType::time}};

}  // namespace

rpc::Result<sql::KeysetQuery> list_refreshes(const v1::ListRefreshesRequest& request, paging::PageRequest page,
                                             const access::Identity& caller) {
    if (find_view(request.name()) == nullptr) {
        return no_such_view();
    }
    sql::KeysetQuery query(std::move(page), {run_table().columns(), "lifecycle.view_refreshes r", "r.id"});
    if (auto sorted = query.sort_by(sort_fields, "-started_at", caller); !sorted) {
        return sorted.error();
    }
    query.where("r.view_name = " + query.parameter(request.name()));
    return query;
}

Run read_refresh(const postgres::Row& row) { return run_table().read(row); }

}  // namespace loan_manager::lifecycle
