#include "fleet/commissions/list_query.hpp"

#include <array>
#include <optional>

#include "access/reach.hpp"
#include "fleet/commissions/commission_row.hpp"
#include "fleet/values/list_query.hpp"
#include "fleet/values/proto_values.hpp"
#include "validate/formats.hpp"

namespace loan_manager::fleet::commissions {
namespace {

using access::Permission;

constexpr std::array sort_fields{
    SortField{"period_month", "c.period_month", "date"},
    SortField{"amount", "c.amount", "numeric"},
    SortField{"created_at", "c.created_at", "timestamptz"},
};

ListQuery start(const paging::PageRequest& page) { return {commission_columns, commission_tables, "c.id", page}; }

rpc::Result<void> finish(ListQuery& query, std::string_view sort, postgres::Batch& batch, StatementCache& statements) {
    if (auto sorted = query.sort_by(sort_fields, sort); !sorted) {
        return sorted;
    }
    query.add_to(batch, statements);
    query.add_sum_to(batch, statements, "c.amount");
    return {};
}

// The payee asked for as an id; nothing if all are.
rpc::Result<std::optional<std::string>> payee_of(const v1::ListCommissionsRequest& request,
                                                 const access::Identity& caller) {
    if (!request.has_payee()) {
        return std::optional<std::string>();
    }
    if (request.payee() == "me") {
        return std::optional(caller.user_id);
    }
    std::string id = request.payee();
    if (const auto what = validate::check_uuid(id); !what.empty()) {
        std::vector<rpc::FieldIssue> issues;
        issues.emplace_back("payee", what);
        return rpc::validation(std::move(issues));
    }
    return std::optional(std::move(id));
}

void add_filters(ListQuery& query, const v1::ListCommissionsRequest& request) {
    if (request.has_period_from()) {
        query.where("c.period_month >= (" + query.parameter(request.period_from() + "-01") + ")::date");
    }
    if (request.has_period_to()) {
        query.where("c.period_month <= (" + query.parameter(request.period_to() + "-01") + ")::date");
    }
    if (request.has_branch_id()) {
        query.where("c.branch_id = " + query.branch(request.branch_id()));
    }
    if (request.has_kind()) {
        query.where("c.kind = " + query.parameter(token_of(request.kind())));
    }
    if (!request.status().empty()) {
        std::vector<std::string> tokens;
        for (const auto status : request.status()) {
            tokens.push_back(token_of(static_cast<v1::CommissionStatus>(status)));
        }
        query.where("c.status = ANY (" + query.parameter(tokens) + "::text[])");
    }
    if (request.has_sale_id()) {
        query.where("c.sale_id = " + query.parameter(request.sale_id()));
    }
}

}  // namespace

rpc::Result<void> add_list(postgres::Batch& batch, StatementCache& statements,
                           const v1::ListCommissionsRequest& request, const paging::PageRequest& page,
                           const access::Identity& caller) {
    const auto payee = payee_of(request, caller);
    if (!payee) {
        return payee.error();
    }
    const bool own = *payee == caller.user_id;
    if (!own && !access::allowed(caller, Permission::commissions_read)) {
        return rpc::Error("FORBIDDEN", "You may list your own commissions only: ask with payee=me.");
    }
    auto query = start(page);
    if (!own) {
        query.where(query.covers(access::reach(caller, Permission::commissions_read), "c.branch_id"));
    }
    if (*payee) {
        query.where("c.payee_user_id = " + query.parameter(**payee));
    }
    add_filters(query, request);
    return finish(query, request.has_sort() ? request.sort() : "-period_month", batch, statements);
}

rpc::Result<void> add_list_of_sale(postgres::Batch& batch, StatementCache& statements,
                                   const v1::ListSaleCommissionsRequest& request, const paging::PageRequest& page,
                                   const access::Identity& caller) {
    auto query = start(page);
    query.where("c.sale_id = " + query.parameter(request.id()));
    query.where(query.covers(access::reach(caller, Permission::commissions_read), "c.branch_id"));
    return finish(query, "created_at", batch, statements);
}

v1::CommissionList read_list(const std::vector<postgres::Rows>& results, std::size_t first,
                             const paging::PageRequest& page, const access::Identity& caller) {
    auto list = fleet::read_list<v1::CommissionList>(
        results, first, page, [&](const postgres::Row& row) { return visible_to(caller, read_commission(row)); });
    list.set_total_amount(results.at(first + (page.count ? 2 : 1)).front().get<std::string>(0));
    return list;
}

}  // namespace loan_manager::fleet::commissions
