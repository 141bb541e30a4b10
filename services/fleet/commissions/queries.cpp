#include "fleet/commissions/queries.hpp"

#include <array>
#include <optional>
#include <string_view>

#include "access/reach.hpp"
#include "fleet/commissions/rows.hpp"
#include "fleet/commissions/rule_rows.hpp"
#include "fleet/sales/rows.hpp"
#include "sql/proto_values.hpp"
#include "validate/formats.hpp"

namespace loan_manager::fleet::commissions {
namespace {

using access::Permission;

constexpr std::array sort_fields{
    sql::SortField{"period_month", "c.period_month", sql::KeyType::date},
    sql::SortField{"amount", "c.amount", sql::KeyType::numeric},
    sql::SortField{"created_at", "c.created_at", sql::KeyType::time},
};
constexpr std::array rule_sort_fields{
    sql::SortField{"effective_from", "r.effective_from", sql::KeyType::date},
    sql::SortField{"name", "r.name", sql::KeyType::text},
};

// What somebody is or was to be paid. A counter-row is one of these; what it takes back is too.
constexpr const char* due = "c.status IN ('PENDING', 'APPROVED', 'PAID')";

rpc::Result<sql::KeysetQuery> ordered(paging::PageRequest page, const access::Identity& caller, std::string_view sort) {
    sql::KeysetQuery query(std::move(page), {commission_columns(), "fleet.commissions c", "c.id"});
    if (auto sorted = query.sort_by(sort_fields, sort, caller); !sorted) {
        return sorted.error();
    }
    return query;
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

std::string first_day(const std::string& month) { return month + "-01"; }

}  // namespace

rpc::Result<sql::KeysetQuery> list(const v1::ListCommissionsRequest& request, paging::PageRequest page,
                                   const access::Identity& caller) {
    const auto payee = payee_of(request, caller);
    if (!payee) {
        return payee.error();
    }
    const bool own = *payee == caller.user_id;
    if (!own && !access::allowed(caller, Permission::commissions_read)) {
        return rpc::Error("FORBIDDEN", "You may list your own commissions only: ask with payee=me.");
    }
    auto query = ordered(std::move(page), caller, sql::order_of(request, "-period_month"));
    if (!query) {
        return query;
    }
    if (!own) {
        query->where(query->covers(access::reach(caller, Permission::commissions_read), {"c.branch_id"}));
    }
    if (own) {
        query->where("c.payee_user_id = " + query->parameter(**payee) + "::uuid");
    } else if (*payee) {
        query->where("c.payee_user_id = " + query->reference(sql::Entity::user, "payee", **payee));
    }
    if (request.has_period_from()) {
        query->where("c.period_month >= " + query->parameter(first_day(request.period_from())) + "::date");
    }
    if (request.has_period_to()) {
        query->where("c.period_month <= " + query->parameter(first_day(request.period_to())) + "::date");
    }
    if (request.has_branch_id()) {
        query->where("c.branch_id = " + query->branch("branch_id", request.branch_id()));
    }
    if (request.has_kind()) {
        query->where("c.kind = " + query->parameter(sql::token_of(request.kind())));
    }
    query->one_of("c.status", sql::tokens_of<v1::CommissionStatus>(request.status()));
    if (request.has_sale_id()) {
        query->where("c.sale_id = " + query->reference(sql::Entity::sale, "sale_id", request.sale_id()));
    }
    query->sum("total_amount", "c.amount", request.status().empty() ? due : "");
    return query;
}

v1::Commission read_item(const postgres::Row& row, const access::Identity& caller) {
    return visible_to(caller, read_commission(row));
}

rpc::Result<sql::KeysetQuery> list_of_sale(const v1::ListSaleCommissionsRequest& request, paging::PageRequest page,
                                           const access::Identity& caller) {
    auto query = ordered(std::move(page), caller, "created_at");
    if (query) {
        query->below(sales::parent(request.id(), access::reach(caller, Permission::sales_read)));
        query->where("c.sale_id = " + query->parameter(request.id()) + "::uuid");
        query->where(query->covers(access::reach(caller, Permission::commissions_read), {"c.branch_id"}));
        query->sum("total_amount", "c.amount", due);
    }
    return query;
}

rpc::Result<sql::KeysetQuery> list_rules(const v1::ListCommissionRulesRequest& request, paging::PageRequest page,
                                         const access::Identity& caller) {
    sql::KeysetQuery query(std::move(page), {rule_table().columns(), "fleet.commission_rules r", "r.id"});
    if (auto sorted = query.sort_by(rule_sort_fields, sql::order_of(request, "-effective_from"), caller); !sorted) {
        return sorted.error();
    }
    query.where(query.covers_company(access::reach(caller, Permission::commission_rules_read), "r.company_id"));
    if (request.has_company_id()) {
        query.where("r.company_id = " + query.company("company_id", request.company_id()));
    }
    if (request.has_is_active()) {
        query.where("r.is_active = " + query.parameter(request.is_active()));
    }
    return query;
}

v1::CommissionRule read_rule(const postgres::Row& row) { return rule_table().read(row); }

}  // namespace loan_manager::fleet::commissions
