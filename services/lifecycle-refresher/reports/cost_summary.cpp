#include "lifecycle-refresher/reports/cost_summary.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "access/reach.hpp"
#include "lifecycle-refresher/reports/report_query.hpp"
#include "paging/page.hpp"
#include "runtime/uuid.hpp"

namespace loan_manager::lifecycle {
namespace {

namespace v1 = loanmanager::lifecycle::v1;
using postgres::Params;
using postgres::Row;

template <class Get>
std::optional<std::string> given(bool has, Get get) {
    return has ? std::optional<std::string>(get()) : std::nullopt;
}

/// Reach ($1–$3) and filters ($4–$11).
const std::string& from_where() {
    static const std::string sql =
        " FROM lifecycle.bike_cost_summary v WHERE " + reach_condition("v", 1) +
        " AND ($4::uuid IS NULL OR v.company_id = $4) AND ($5::uuid IS NULL OR v.branch_id = $5)"
        " AND (cardinality($6::text[]) = 0 OR v.status = ANY ($6))"
        " AND ($7::date IS NULL OR v.procurement_date >= $7) AND ($8::date IS NULL OR v.procurement_date <= $8)"
        " AND ($9::date IS NULL OR v.sale_date >= $9) AND ($10::date IS NULL OR v.sale_date <= $10)"
        " AND ($11::numeric IS NULL OR v.profit < $11)";
    return sql;
}

Params filters(const access::Reach& reach, const Place& place, const v1::CostSummaryRequest& request) {
    Params params;
    add_reach(params, reach);
    params.add(place.company_id).add(place.branch_id);
    params.add(std::vector<std::string>(request.status().begin(), request.status().end()));
    params.add(given(request.has_from(), [&] { return request.from(); }));
    params.add(given(request.has_to(), [&] { return request.to(); }));
    params.add(given(request.has_sold_from(), [&] { return request.sold_from(); }));
    params.add(given(request.has_sold_to(), [&] { return request.sold_to(); }));
    params.add(given(request.has_profit_below(), [&] { return request.profit_below(); }));
    return params;
}

std::string page_sql() {
    return "SELECT v.bicycle_id::text, v.license_plate, v.stock_number, v.branch_id::text,"
           " (SELECT code FROM fleet.branches b WHERE b.id = v.branch_id), v.brand, v.model, v.year,"
           " v.procurement_date::text, v.purchase_total::text, v.expense_total::text, v.repair_total::text,"
           " v.transfer_total::text, v.total_cost::text, v.after_sale_total::text, v.sale_date::text,"
           " v.selling_price::text, v.profit::text, v.margin_pct::text, v.markup_pct::text, v.status" +
           from_where() +
           " AND ($12::date IS NULL OR (v.procurement_date, v.bicycle_id) < ($12, $13::uuid))"
           " ORDER BY v.procurement_date DESC, v.bicycle_id DESC LIMIT $14::integer";
}

std::string totals_sql() {
    return "SELECT count(*), coalesce(sum(v.purchase_total), 0.00)::text, coalesce(sum(v.expense_total), 0.00)::text,"
           " coalesce(sum(v.repair_total), 0.00)::text, coalesce(sum(v.transfer_total), 0.00)::text,"
           " coalesce(sum(v.total_cost), 0.00)::text, coalesce(sum(v.after_sale_total), 0.00)::text,"
           " coalesce(sum(v.selling_price), 0.00)::text, coalesce(sum(v.profit), 0.00)::text" +
           from_where();
}

void read_row(const Row& row, v1::CostSummaryRow& out) {
    const auto optional_text = [&row](int column, auto set) {
        if (!row.is_null(column)) {
            set(row.get<std::string>(column));
        }
    };
    out.set_bicycle_id(row.get<std::string>(0));
    optional_text(1, [&](std::string text) { out.set_license_plate(std::move(text)); });
    optional_text(2, [&](std::string text) { out.set_stock_number(std::move(text)); });
    out.set_branch_id(row.get<std::string>(3));
    out.set_branch_code(row.get<std::string>(4));
    out.set_brand(row.get<std::string>(5));
    out.set_model(row.get<std::string>(6));
    out.set_year(row.get<std::int32_t>(7));
    out.set_procurement_date(row.get<std::string>(8));
    out.set_purchase_total(row.get<std::string>(9));
    out.set_expense_total(row.get<std::string>(10));
    out.set_repair_total(row.get<std::string>(11));
    out.set_transfer_total(row.get<std::string>(12));
    out.set_total_cost(row.get<std::string>(13));
    out.set_after_sale_total(row.get<std::string>(14));
    optional_text(15, [&](std::string text) { out.set_sale_date(std::move(text)); });
    optional_text(16, [&](std::string text) { out.set_selling_price(std::move(text)); });
    optional_text(17, [&](std::string text) { out.set_profit(std::move(text)); });
    optional_text(18, [&](std::string text) { out.set_margin_pct(std::move(text)); });
    optional_text(19, [&](std::string text) { out.set_markup_pct(std::move(text)); });
    out.set_status(row.get<std::string>(20));
}

void read_totals(const Row& row, v1::CostSummaryTotals& out) {
    out.set_count(row.get<std::int32_t>(0));
    out.set_purchase_total(row.get<std::string>(1));
    out.set_expense_total(row.get<std::string>(2));
    out.set_repair_total(row.get<std::string>(3));
    out.set_transfer_total(row.get<std::string>(4));
    out.set_total_cost(row.get<std::string>(5));
    out.set_after_sale_total(row.get<std::string>(6));
    out.set_selling_price(row.get<std::string>(7));
    out.set_profit(row.get<std::string>(8));
}

}  // namespace

boost::asio::awaitable<rpc::Result<v1::CostSummaryReport>> cost_summary(postgres::PoolGroup& pools,
                                                                        rpc::CallContext& context,
                                                                        const v1::CostSummaryRequest& request) {
    if (!access::allowed(context.caller, access::Permission::costs_read)) {
        co_return rpc::forbidden();
    }
    rpc::Result<paging::PageRequest> page = paging::read_page(request);
    if (!page) {
        co_return page.error();
    }
    if (page->cursor && (!runtime::parse_date(page->cursor->key) || !runtime::is_uuid(page->cursor->id))) {
        co_return paging::bad_cursor();
    }

    // Every role with costs:read has reports:view too and reaches the same rows with both.
    const access::Reach reach = access::reach(context.caller, access::Permission::costs_read);

    const ComposeReport compose = [&](postgres::Batch& batch, const Place& place) {
        batch.query(totals_sql(), filters(reach, place, request));
        Params rows = filters(reach, place, request);
        if (page->cursor) {
            rows.add(page->cursor->key).add(page->cursor->id);
        } else {
            rows.add(nullptr).add(nullptr);
        }
        rows.add(page->limit + 1);
        batch.query(page_sql(), std::move(rows));
    };
    const rpc::Result<ReportData> data =
        co_await read_report(pools, context, *find_view("bike_cost_summary"), place_filter(request), compose);
    if (!data) {
        co_return data.error();
    }
    v1::CostSummaryReport report;
    write_freshness(data->freshness, report);
    read_totals(data->totals.front(), *report.mutable_totals());
    std::optional<paging::Cursor> next;
    for (const Row row : data->rows) {
        if (report.items_size() == page->limit) {
            const v1::CostSummaryRow& last = report.items(page->limit - 1);
            next.emplace();
            next->key = last.procurement_date();
            next->id = last.bicycle_id();
            break;
        }
        read_row(row, *report.add_items());
    }
    const std::int64_t count = data->totals.front().get<std::int64_t>(0);
    paging::finish_page(report, *page, std::move(next), page->count ? std::optional(count) : std::nullopt);
    co_return report;
}

}  // namespace loan_manager::lifecycle
