#include "fleet/transfers/queries.hpp"

#include <array>

#include "access/reach.hpp"
#include "fleet/bikes/rows.hpp"
#include "fleet/transfers/rows.hpp"
#include "sql/proto_values.hpp"

namespace loan_manager::fleet::transfers {
namespace {

constexpr std::array sort_fields{
    sql::SortField{"requested_at", "t.requested_at", sql::KeyType::time},
    // Transfers that are not completed have their place too: before the first one that is, in its natural order.
    sql::SortField{"completed_at", "coalesce(t.completed_at, timestamptz 'epoch')", sql::KeyType::time},
};
constexpr std::string_view newest_first = "-requested_at";

// One arm for each end: an index holds either in order, but not both.
sql::KeysetQuery readable(paging::PageRequest page, const access::Identity& caller) {
    const auto reach = access::reach(caller, access::Permission::transfers_read);
    sql::KeysetQuery query(std::move(page), {transfer_columns(), transfer_tables, "t.id", "fleet.transfers t"});
    query.arm(query.covers(reach, {"t.from_branch_id"}));
    if (!reach.all) {
        query.arm(query.covers(reach, {"t.to_branch_id"}));
    }
    return query;
}

}  // namespace

rpc::Result<sql::KeysetQuery> list(const v1::ListTransfersRequest& request, paging::PageRequest page,
                                   const access::Identity& caller) {
    auto query = readable(std::move(page), caller);
    if (auto sorted = query.sort_by(sort_fields, sql::order_of(request, newest_first), caller); !sorted) {
        return sorted.error();
    }
    query.one_of("t.status", sql::tokens_of<v1::TransferStatus>(request.status()));
    if (request.has_branch_id()) {
        const auto branch = query.branch("branch_id", request.branch_id());
        query.where("(t.from_branch_id = " + branch + " OR t.to_branch_id = " + branch + ")");
    }
    if (request.has_from_branch_id()) {
        query.where("t.from_branch_id = " + query.branch("from_branch_id", request.from_branch_id()));
    }
    if (request.has_to_branch_id()) {
        query.where("t.to_branch_id = " + query.branch("to_branch_id", request.to_branch_id()));
    }
    if (request.has_bicycle_id()) {
        query.where("t.bicycle_id = " + query.reference(sql::Entity::bike, "bicycle_id", request.bicycle_id()));
    }
    query.between_days("t.requested_at", LM_MAYBE(request, from), LM_MAYBE(request, to));
    return query;
}

rpc::Result<sql::KeysetQuery> list_of_bike(const v1::ListBikeTransfersRequest& request, paging::PageRequest page,
                                           const access::Identity& caller) {
    auto query = readable(std::move(page), caller);
    if (auto sorted = query.sort_by(sort_fields, newest_first, caller); !sorted) {
        return sorted.error();
    }
    query.below(bikes::parent(request.bicycle_id(), access::reach(caller, access::Permission::bikes_read)));
    query.where("t.bicycle_id = " + query.parameter(request.bicycle_id()) + "::uuid");
    return query;
}

v1::Transfer read_item(const postgres::Row& row) { return read_transfer(row).transfer; }

}  // namespace loan_manager::fleet::transfers
