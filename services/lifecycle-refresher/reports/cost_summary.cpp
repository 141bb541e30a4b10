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

// In the order of CostSummaryTotals.
void add_totals(sql::KeysetQuery& query) {
    query.total("count(*)");
    for (const char* column : {"purchase_total", "expense_total", "repair_total", "transfer_total", "total_cost",
                               "after_sale_total", "selling_price", "profit"}) {
        query.sum(std::string("v.") + column);
    }
}
void read_totals(const std::vector<std::string>& totals, v1::CostSummaryTotals& out) {
    out.set_count(std::stoi(totals.at(0)));
    out.set_purchase_total(totals.at(1));
    out.set_expense_total(totals.at(2));
    out.set_repair_total(totals.at(3));
    out.set_transfer_total(totals.at(4));
    out.set_total_cost(totals.at(5));
    out.set_after_sale_total(totals.at(6));
    out.set_selling_price(totals.at(7));
    out.set_profit(totals.at(8));
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
    read_totals(query.totals(), *report.mutable_totals());
    co_return report;
}

}  // namespace loan_manager::lifecycle
