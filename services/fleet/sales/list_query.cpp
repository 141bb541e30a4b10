#include "fleet/sales/list_query.hpp"

#include <array>

#include "fleet/sales/sale_row.hpp"
#include "fleet/values/proto_values.hpp"

namespace loan_manager::fleet::sales {
namespace {

constexpr std::array sort_fields{
    SortField{"sale_date", "s.sale_date", "date"},
    SortField{"selling_price", "s.selling_price", "numeric"},
    SortField{"recorded_at", "s.recorded_at", "timestamptz"},
};

ListQuery covered_sales(const paging::PageRequest& page, const access::Reach& readable) {
    ListQuery query(sale_columns(), "fleet.sales s", "s.id", page);
    query.where(query.covers(readable, "s.selling_branch_id"));
    return query;
}

rpc::Result<ListQuery> sorted(ListQuery query, std::string_view sort) {
    if (auto done = query.sort_by(sort_fields, sort); !done) {
        return done.error();
    }
    return query;
}

}  // namespace

rpc::Result<ListQuery> compose_list(const v1::ListSalesRequest& request, const paging::PageRequest& page,
                                    const access::Reach& readable) {
    auto query = covered_sales(page, readable);
    if (request.has_branch_id()) {
        query.where("s.selling_branch_id = " + query.branch(request.branch_id()));
    }
    if (request.has_company_id()) {
        query.where("s.selling_company_id = " + query.company(request.company_id()));
    }
    if (!request.status().empty()) {
        std::vector<std::string> tokens;
        for (const auto status : request.status()) {
            tokens.push_back(token_of(static_cast<v1::SaleStatus>(status)));
        }
        query.where("s.status = ANY (" + query.parameter(tokens) + "::text[])");
    }
    if (request.has_payment_method()) {
        query.where("s.payment_method = " + query.parameter(token_of(request.payment_method())));
    }
    if (request.has_sold_by()) {
        query.where("s.sold_by = " + query.parameter(request.sold_by()) + "::uuid");
    }
    if (request.has_invoice_no()) {
        query.where("s.invoice_no = " + query.parameter(request.invoice_no()));
    }
    if (request.has_from()) {
        query.where("s.sale_date >= " + query.parameter(request.from()) + "::date");
    }
    if (request.has_to()) {
        query.where("s.sale_date <= " + query.parameter(request.to()) + "::date");
    }
    return sorted(std::move(query), request.has_sort() ? std::string_view(request.sort()) : "-sale_date");
}

rpc::Result<ListQuery> compose_list(const v1::ListBikeSalesRequest& request, const paging::PageRequest& page,
                                    const access::Reach& readable) {
    auto query = covered_sales(page, readable);
    query.where("s.bicycle_id = " + query.parameter(request.bicycle_id()) + "::uuid");
    return sorted(std::move(query), "-recorded_at");
}

v1::SaleList read_sales(const std::vector<postgres::Rows>& results, std::size_t first, const paging::PageRequest& page,
                        const access::Reach& costs) {
    return read_list<v1::SaleList>(results, first, page,
                                   [&](const postgres::Row& row) { return read_sale(row, costs); });
}

}  // namespace loan_manager::fleet::sales
