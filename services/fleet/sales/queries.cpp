#include "fleet/sales/queries.hpp"

#include <array>
#include <string_view>

#include "access/reach.hpp"
#include "fleet/bikes/rows.hpp"
#include "fleet/sales/rows.hpp"
#include "sql/proto_values.hpp"

namespace loan_manager::fleet::sales {
namespace {

constexpr std::array sort_fields{
    sql::SortField{"sale_date", "s.sale_date", sql::KeyType::date},
    sql::SortField{"selling_price", "s.selling_price", sql::KeyType::numeric},
    sql::SortField{"recorded_at", "s.recorded_at", sql::KeyType::time},
};

rpc::Result<sql::KeysetQuery> readable(paging::PageRequest page, const access::Identity& caller,
                                       std::string_view sort) {
    sql::KeysetQuery query(std::move(page), {sale_table().columns(), "fleet.sales s", "s.id"});
    if (auto sorted = query.sort_by(sort_fields, sort, caller); !sorted) {
        return sorted.error();
    }
    query.where(query.covers(access::reach(caller, access::Permission::sales_read), {"s.selling_branch_id"}));
    return query;
}

}  // namespace

rpc::Result<sql::KeysetQuery> list(const v1::ListSalesRequest& request, paging::PageRequest page,
                                   const access::Identity& caller) {
    auto query = readable(std::move(page), caller, sql::order_of(request, "-sale_date"));
    if (!query) {
        return query;
    }
    if (request.has_branch_id()) {
        query->where("s.selling_branch_id = " + query->branch("branch_id", request.branch_id()));
    }
    if (request.has_company_id()) {
        query->where("s.selling_company_id = " + query->company("company_id", request.company_id()));
    }
    query->one_of("s.status", sql::tokens_of<v1::SaleStatus>(request.status()));
    if (request.has_payment_method()) {
        query->where("s.payment_method = " + query->parameter(sql::token_of(request.payment_method())));
    }
    if (request.has_sold_by()) {
        query->where("s.sold_by = " + query->reference(sql::Entity::user, "sold_by", request.sold_by()));
    }
    if (request.has_invoice_no()) {
        query->where("s.invoice_no = " + query->parameter(request.invoice_no()));
    }
    query->between_dates("s.sale_date", LM_MAYBE(request, from), LM_MAYBE(request, to));
    return query;
}

rpc::Result<sql::KeysetQuery> list_of_bike(const v1::ListBikeSalesRequest& request, paging::PageRequest page,
                                           const access::Identity& caller) {
    auto query = readable(std::move(page), caller, "-recorded_at");
    if (query) {
        query->below(bikes::parent(request.bicycle_id(), access::reach(caller, access::Permission::bikes_read)));
        query->where("s.bicycle_id = " + query->parameter(request.bicycle_id()) + "::uuid");
    }
    return query;
}

v1::Sale read_item(const postgres::Row& row, const access::Identity& caller) {
    return visible_to(caller, sale_table().read(row));
}

}  // namespace loan_manager::fleet::sales
