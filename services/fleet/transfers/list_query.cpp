#include "fleet/transfers/list_query.hpp"

#include <array>

#include "fleet/values/proto_values.hpp"

namespace loan_manager::fleet::transfers {
namespace {

constexpr std::array sort_fields{
    SortField{"requested_at", "t.requested_at", "timestamptz"},
    // Transfers that are not completed have their place too: before the first one that is, in its natural order.
    SortField{"completed_at", "coalesce(t.completed_at, timestamptz 'epoch')", "timestamptz"},
};
constexpr std::string_view newest_first = "-requested_at";

// Either end, in one condition.
std::string readable_condition(ListQuery& query, const access::Reach& readable) {
    const auto source = query.covers(readable, "t.from_branch_id");
    return "(" + source + " OR " + query.covers(readable, "t.to_branch_id") + ")";
}

}  // namespace

rpc::Result<ListQuery> compose_list(const v1::ListTransfersRequest& request, const paging::PageRequest& page,
                                    const access::Reach& readable) {
    ListQuery query(transfer_columns, transfer_tables, "t.id", page);
    query.where(readable_condition(query, readable));
    if (!request.status().empty()) {
        std::vector<std::string> tokens;
        for (const auto status : request.status()) {
            tokens.push_back(token_of(static_cast<v1::TransferStatus>(status)));
        }
        query.where("t.status = ANY (" + query.parameter(tokens) + "::text[])");
    }
    if (request.has_branch_id()) {
        const auto branch = query.branch(request.branch_id());
        query.where("(t.from_branch_id = " + branch + " OR t.to_branch_id = " + branch + ")");
    }
    if (request.has_from_branch_id()) {
        query.where("t.from_branch_id = " + query.branch(request.from_branch_id()));
    }
    if (request.has_to_branch_id()) {
        query.where("t.to_branch_id = " + query.branch(request.to_branch_id()));
    }
    if (request.has_bicycle_id()) {
        query.where("t.bicycle_id = " + query.parameter(request.bicycle_id()) + "::uuid");
    }
    query.between_days("t.requested_at", LM_MAYBE(request, from), LM_MAYBE(request, to));
    if (auto sorted = query.sort_by(sort_fields, request.has_sort() ? std::string_view(request.sort()) : newest_first);
        !sorted) {
        return sorted.error();
    }
    return query;
}

rpc::Result<ListQuery> compose_list(const v1::ListBikeTransfersRequest& request, const paging::PageRequest& page,
                                    const access::Reach& readable) {
    ListQuery query(transfer_columns, transfer_tables, "t.id", page);
    query.where("t.bicycle_id = " + query.parameter(request.bicycle_id()) + "::uuid");
    query.where(readable_condition(query, readable));
    if (auto sorted = query.sort_by(sort_fields, newest_first); !sorted) {
        return sorted.error();
    }
    return query;
}

}  // namespace loan_manager::fleet::transfers
