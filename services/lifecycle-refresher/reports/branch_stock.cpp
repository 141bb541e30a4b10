#include "lifecycle-refresher/reports/branch_stock.hpp"

#include <array>
#include <string>
#include <vector>

#include "access/reach.hpp"
#include "lifecycle-refresher/reports/report_query.hpp"
#include "sql/proto_values.hpp"

namespace loan_manager::lifecycle {
namespace {

namespace v1 = loanmanager::lifecycle::v1;
using access::Permission;

// "WW/IN_STOCK": one row of the report.
constexpr std::array by_branch{sql::SortField{"branch_code", "s.code || '/' || s.status", sql::KeyType::text}};

constexpr const char* columns =
    "s.branch_id, s.code, s.status, s.bikes, s.purchase_value, s.cost_value, s.to_30, s.to_60, s.to_90, s.over_90, "
    "s.costs";

// Stock by branch and status. Age counts from the day of procurement to today in Colombo; slow means more than 60 days.
std::string stock(sql::KeysetQuery& query, const access::Identity& caller, const v1::BranchStockRequest& request) {
    const sql::ScopeColumns scope{.branch = "v.branch_id", .company = "v.company_id"};
    const auto reach = access::reach(caller, Permission::reports_view, Permission::reports_branch_stock);
    const auto costs = query.covers(access::reach(caller, Permission::costs_read), scope);
    std::string where = query.covers(reach, scope);
    if (request.has_company_id()) {
        where += " AND v.company_id = " + query.company("company_id", request.company_id());
    }
    if (request.has_branch_id()) {
        where += " AND v.branch_id = " + query.branch("branch_id", request.branch_id());
    }
    std::vector<std::string> statuses(request.status().begin(), request.status().end());
    if (statuses.empty()) {
        statuses = {"IN_STOCK", "ALLOCATED", "IN_TRANSIT", "MAINTENANCE"};
    }
    where += " AND v.status = ANY (" + query.parameter(statuses) + "::text[])";
    if (request.has_age_over()) {
        where += " AND d.today - v.procurement_date > " + query.parameter(request.age_over());
    }
    if (request.has_from()) {
        where += " AND v.procurement_date >= " + query.parameter(request.from()) + "::date";
    }
    if (request.has_to()) {
        where += " AND v.procurement_date <= " + query.parameter(request.to()) + "::date";
    }
    return "(SELECT v.branch_id, b.code, v.status, sum(v.bikes)::bigint AS bikes,"
           " sum(v.purchase_value) AS purchase_value, sum(v.cost_value) AS cost_value,"
           " coalesce(sum(v.bikes) FILTER (WHERE d.today - v.procurement_date <= 30), 0)::bigint AS to_30,"
           " coalesce(sum(v.bikes) FILTER (WHERE d.today - v.procurement_date BETWEEN 31 AND 60), 0)::bigint AS to_60,"
           " coalesce(sum(v.bikes) FILTER (WHERE d.today - v.procurement_date BETWEEN 61 AND 90), 0)::bigint AS to_90,"
           " coalesce(sum(v.bikes) FILTER (WHERE d.today - v.procurement_date > 90), 0)::bigint AS over_90,"
           " bool_and(" +
           costs +
           ") AS costs FROM lifecycle.branch_stock_summary v JOIN fleet.branches b ON b.id = v.branch_id,"
           " (SELECT (now() AT TIME ZONE 'Asia/Colombo')::date AS today) d WHERE " +
           where + " GROUP BY v.branch_id, b.code, v.status) s";
}

void add_totals(sql::KeysetQuery& query) {
    query.sum("purchase_value", "s.purchase_value");
    query.sum("cost_value", "s.cost_value");
    for (const char* column : {"bikes", "to_30", "to_60", "to_90", "over_90"}) {
        query.total(column, std::string("coalesce(sum(s.") + column + "), 0)::bigint");
    }
    query.total("costs", "coalesce(bool_and(s.costs), true)");
}

template <class Message>
void set_ages(const std::array<std::int32_t, 4>& ages, Message& out) {
    out.set_age_0_30(ages[0]);
    out.set_age_31_60(ages[1]);
    out.set_age_61_90(ages[2]);
    out.set_age_over_90(ages[3]);
    out.set_slow(ages[2] + ages[3]);
}

template <class Message>
void set_values(const std::string& purchase, const std::string& cost, bool visible, Message& out) {
    if (visible) {
        out.set_purchase_value(purchase);
        out.set_cost_value(cost);
    }
    out.set_costs_hidden(!visible);
}

void read_totals(const sql::KeysetQuery& query, const access::Identity& caller, v1::BranchStockTotals& out) {
    const auto count = [&](const char* name) { return std::stoi(query.total_of(name)); };
    const bool visible = query.total_of("costs") == "t" && access::allowed(caller, Permission::costs_read);
    set_values(query.total_of("purchase_value"), query.total_of("cost_value"), visible, out);
    out.set_bikes(count("bikes"));
    set_ages({count("to_30"), count("to_60"), count("to_90"), count("over_90")}, out);
}

v1::BranchStockRow read_row(const postgres::Row& row) {
    v1::BranchStockRow out;
    out.set_branch_id(row.get<std::string>("branch_id"));
    out.set_branch_code(row.get<std::string>("code"));
    out.set_status(row.get<std::string>("status"));
    out.set_bikes(row.get<std::int32_t>("bikes"));
    set_values(row.get<std::string>("purchase_value"), row.get<std::string>("cost_value"), row.get<bool>("costs"), out);
    set_ages({row.get<std::int32_t>("to_30"), row.get<std::int32_t>("to_60"), row.get<std::int32_t>("to_90"),
              row.get<std::int32_t>("over_90")},
             out);
    return out;
}

}  // namespace

boost::asio::awaitable<rpc::Result<v1::BranchStockReport>> branch_stock(postgres::PoolGroup& pools, sql::Pages& pages,
                                                                        rpc::CallContext& call,
                                                                        const v1::BranchStockRequest& request) {
    auto page = co_await pages.read(request, call.deadline);
    if (!page) {
        co_return page.error();
    }
    sql::KeysetQuery query(std::move(*page), {columns, "", "s.branch_id"});
    if (auto sorted = query.sort_by(by_branch, "branch_code", call.caller); !sorted) {
        co_return sorted.error();
    }
    query.from(stock(query, call.caller, request));
    add_totals(query);

    sql::RoundTrip trip;
    const auto freshness = co_await read_report(pools, call, *find_view("branch_stock_summary"), query, trip);
    if (!freshness) {
        co_return freshness.error();
    }
    auto report = query.read<v1::BranchStockReport>(trip, &read_row);
    write_freshness(*freshness, report);
    read_totals(query, call.caller, *report.mutable_totals());
    co_return report;
}

}  // namespace loan_manager::lifecycle
