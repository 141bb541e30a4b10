#include "lifecycle-refresher/reports/branch_stock.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "access/reach.hpp"
#include "lifecycle-refresher/reports/report_query.hpp"
#include "paging/page.hpp"

namespace loan_manager::lifecycle {
namespace {

namespace v1 = loanmanager::lifecycle::v1;
using postgres::Params;
using postgres::Row;

/// Reach ($1–$3), reach for costs ($4–$6), filters ($7–$12). Age counts from the day of procurement to today in
/// Colombo; slow means more than 60 days.
std::string stock_sql() {
    return "WITH stock AS ("
           "SELECT v.branch_id, b.code, v.status, sum(v.bikes)::bigint AS bikes,"
           " sum(v.purchase_value) AS purchase_value, sum(v.cost_value) AS cost_value,"
           " coalesce(sum(v.bikes) FILTER (WHERE d.today - v.procurement_date <= 30), 0) AS to_30,"
           " coalesce(sum(v.bikes) FILTER (WHERE d.today - v.procurement_date BETWEEN 31 AND 60), 0) AS to_60,"
           " coalesce(sum(v.bikes) FILTER (WHERE d.today - v.procurement_date BETWEEN 61 AND 90), 0) AS to_90,"
           " coalesce(sum(v.bikes) FILTER (WHERE d.today - v.procurement_date > 90), 0) AS over_90,"
           " bool_and(" +
           reach_condition("v", 4) +
           ") AS costs"
           " FROM lifecycle.branch_stock_summary v JOIN fleet.branches b ON b.id = v.branch_id,"
           " (SELECT (now() AT TIME ZONE 'Asia/Colombo')::date AS today) d"
           " WHERE " +
           reach_condition("v", 1) +
           " AND ($7::uuid IS NULL OR v.company_id = $7) AND ($8::uuid IS NULL OR v.branch_id = $8)"
           " AND v.status = ANY ($9::text[])"
           " AND ($10::integer IS NULL OR d.today - v.procurement_date > $10)"
           " AND ($11::date IS NULL OR v.procurement_date >= $11) AND ($12::date IS NULL OR v.procurement_date <= $12)"
           " GROUP BY v.branch_id, b.code, v.status) ";
}

std::string page_sql() {
    return stock_sql() +
           "SELECT branch_id::text, code, status, bikes, purchase_value::text, cost_value::text, to_30, to_60, to_90,"
           " over_90, costs FROM stock WHERE $13::text IS NULL OR (code, status) > ($13, $14::text)"
           " ORDER BY code, status LIMIT $15::integer";
}

std::string totals_sql() {
    return stock_sql() +
           "SELECT count(*), coalesce(sum(bikes), 0)::bigint, coalesce(sum(purchase_value), 0.00)::text,"
           " coalesce(sum(cost_value), 0.00)::text, coalesce(sum(to_30), 0)::bigint, coalesce(sum(to_60), 0)::bigint,"
           " coalesce(sum(to_90), 0)::bigint, coalesce(sum(over_90), 0)::bigint, coalesce(bool_and(costs), true)"
           " FROM stock";
}

Params filters(const access::Reach& reach, const access::Reach& costs, const Place& place,
               const v1::BranchStockRequest& request) {
    Params params;
    add_reach(params, reach);
    add_reach(params, costs);
    params.add(place.company_id).add(place.branch_id);
    std::vector<std::string> statuses(request.status().begin(), request.status().end());
    if (statuses.empty()) {
        statuses = {"IN_STOCK", "ALLOCATED", "IN_TRANSIT", "MAINTENANCE"};
    }
    params.add(statuses);
    params.add(request.has_age_over() ? std::optional<std::int32_t>(request.age_over()) : std::nullopt);
    params.add(request.has_from() ? std::optional<std::string>(request.from()) : std::nullopt);
    params.add(request.has_to() ? std::optional<std::string>(request.to()) : std::nullopt);
    return params;
}

/// Columns from `first`: four age buckets. Works for rows and totals, which carry the same fields.
template <class Message>
void read_ages(const Row& row, int first, Message& out) {
    out.set_age_0_30(row.get<std::int32_t>(first));
    out.set_age_31_60(row.get<std::int32_t>(first + 1));
    out.set_age_61_90(row.get<std::int32_t>(first + 2));
    out.set_age_over_90(row.get<std::int32_t>(first + 3));
    out.set_slow(out.age_61_90() + out.age_over_90());
}

template <class Message>
void read_values(const Row& row, int first, bool visible, Message& out) {
    if (visible) {
        out.set_purchase_value(row.get<std::string>(first));
        out.set_cost_value(row.get<std::string>(first + 1));
    }
    out.set_costs_hidden(!visible);
}

}  // namespace

boost::asio::awaitable<rpc::Result<v1::BranchStockReport>> branch_stock(postgres::PoolGroup& pools,
                                                                        rpc::CallContext& context,
                                                                        const v1::BranchStockRequest& request) {
    rpc::Result<paging::PageRequest> page = paging::read_page(request);
    if (!page) {
        co_return page.error();
    }

    using access::Permission;
    const access::Reach reach =
        access::reach(context.caller, Permission::reports_view, Permission::reports_branch_stock);
    const access::Reach costs = access::reach(context.caller, Permission::costs_read);

    const ComposeReport compose = [&](postgres::Batch& batch, const Place& place) {
        batch.query(totals_sql(), filters(reach, costs, place, request));
        Params rows = filters(reach, costs, place, request);
        if (page->cursor) {
            // Key "WW/IN_STOCK": branch code and status.
            const std::string& key = page->cursor->key;
            const std::size_t slash = std::min(key.find('/'), key.size());
            rows.add(key.substr(0, slash)).add(key.substr(std::min(slash + 1, key.size())));
        } else {
            rows.add(nullptr).add(nullptr);
        }
        rows.add(page->limit + 1);
        batch.query(page_sql(), std::move(rows));
    };
    const rpc::Result<ReportData> data =
        co_await read_report(pools, context, *find_view("branch_stock_summary"), place_filter(request), compose);
    if (!data) {
        co_return data.error();
    }
    v1::BranchStockReport report;
    write_freshness(data->freshness, report);
    const Row sums = data->totals.front();
    v1::BranchStockTotals& totals = *report.mutable_totals();
    totals.set_bikes(sums.get<std::int32_t>(1));
    read_ages(sums, 4, totals);
    read_values(sums, 2, sums.get<bool>(8) && access::allowed(context.caller, Permission::costs_read), totals);
    std::optional<paging::Cursor> next;
    for (const Row row : data->rows) {
        if (report.items_size() == page->limit) {
            const v1::BranchStockRow& last = report.items(page->limit - 1);
            next.emplace();
            next->key = last.branch_code() + "/" + last.status();
            next->id = last.branch_id();
            break;
        }
        v1::BranchStockRow& out = *report.add_items();
        out.set_branch_id(row.get<std::string>(0));
        out.set_branch_code(row.get<std::string>(1));
        out.set_status(row.get<std::string>(2));
        out.set_bikes(row.get<std::int32_t>(3));
        read_values(row, 4, row.get<bool>(10), out);
        read_ages(row, 6, out);
    }
    const std::int64_t count = sums.get<std::int64_t>(0);
    paging::finish_page(report, *page, std::move(next), page->count ? std::optional(count) : std::nullopt);
    co_return report;
}

}  // namespace loan_manager::lifecycle
