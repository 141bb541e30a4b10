#include "lifecycle-refresher/reports/cost_summary.hpp"

#include <array>

#include "access/reach.hpp"
#include "lifecycle-refresher/reports/report_query.hpp"
#include "sql/proto_values.hpp"
#include "sql/table.hpp"

namespace loan_manager::lifecycle {
namespace {

namespace v1 = loanmanager::lifecycle::v1;

constexpr std::array newest_first{sql::SortField{"procurement_date", "v.procurement_date", sql::KeyType::date}};

const sql::TableOf<v1::CostSummaryRow>& row_table() {
    static const sql::TableOf<v1::CostSummaryRow> table(
        sql::Layout{.table = "lifecycle.bike_cost_summary",
                    .alias = "v",
                    .computed = {{"branch_code", "(SELECT b.code FROM fleet.branches b WHERE b.id = v.branch_id)"}}});
    return table;
}

void filter(sql::KeysetQuery& query, const v1::CostSummaryRequest& request) {
    if (request.has_company_id()) {
        query.where("v.company_id = " + query.company("company_id", request.company_id()));
    }
    if (request.has_branch_id()) {
        query.where("v.branch_id = " + query.branch("branch_id", request.branch_id()));
    }
    query.one_of("v.status", {request.status().begin(), request.status().end()});
    query.between_dates("v.procurement_date", LM_MAYBE(request, from), LM_MAYBE(request, to));
    query.between_dates("v.sale_date", LM_MAYBE(request, sold_from), LM_MAYBE(request, sold_to));
    if (request.has_profit_below()) {
        query.where("v.profit < " + query.parameter(request.profit_below()) + "::numeric");
    }
}

void add_totals(sql::KeysetQuery& query) {
    query.total("count", "count(*)");
    for (const char* column : {"purchase_total", "expense_total", "repair_total", "transfer_total", "total_cost",
                               "after_sale_total", "selling_price", "profit"}) {
        query.sum(column, std::string("v.") + column);
    }
}

void read_totals(const sql::KeysetQuery& query, v1::CostSummaryTotals& out) {
    out.set_count(std::stoi(query.total_of("count")));
    out.set_purchase_total(query.total_of("purchase_total"));
    out.set_expense_total(query.total_of("expense_total"));
    out.set_repair_total(query.total_of("repair_total"));
    out.set_transfer_total(query.total_of("transfer_total"));
    out.set_total_cost(query.total_of("total_cost"));
    out.set_after_sale_total(query.total_of("after_sale_total"));
    out.set_selling_price(query.total_of("selling_price"));
    out.set_profit(query.total_of("profit"));
}

}  // namespace

boost::asio::awaitable<rpc::Result<v1::CostSummaryReport>> cost_summary(postgres::PoolGroup& pools, sql::Pages& pages,
                                                                        rpc::CallContext& call,
                                                                        const v1::CostSummaryRequest& request) {
    if (!access::allowed(call.caller, access::Permission::costs_read)) {
        co_return rpc::forbidden();
    }
    auto page = co_await pages.read(request, call.deadline);
    if (!page) {
        co_return page.error();
    }
    sql::KeysetQuery query(std::move(*page), {row_table().columns(), "lifecycle.bike_cost_summary v", "v.bicycle_id"});
    if (auto sorted = query.sort_by(newest_first, "-procurement_date", call.caller); !sorted) {
        co_return sorted.error();
    }
    // Every role with costs:read has reports:view too and reaches the same rows with both.
    query.where(query.covers(access::reach(call.caller, access::Permission::costs_read),
                             {.branch = "v.branch_id", .company = "v.company_id"}));
    filter(query, request);
    add_totals(query);

    sql::RoundTrip trip;
    const auto freshness = co_await read_report(pools, call, *find_view("bike_cost_summary"), query, trip);
    if (!freshness) {
        co_return freshness.error();
    }
    auto report =
        query.read<v1::CostSummaryReport>(trip, [](const postgres::Row& row) { return row_table().read(row); });
    write_freshness(*freshness, report);
    read_totals(query, *report.mutable_totals());
    co_return report;
}

}  // namespace loan_manager::lifecycle
