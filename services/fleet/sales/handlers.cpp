#include "fleet/sales/handlers.hpp"

#include <utility>

#include "access/reach.hpp"
#include "fleet/bikes/rows.hpp"
#include "fleet/commissions/queries.hpp"
#include "fleet/commissions/rows.hpp"
#include "fleet/sales/preview.hpp"
#include "fleet/sales/queries.hpp"
#include "fleet/sales/rows.hpp"
#include "loanmanager/fleet/v1/sales.grpc.pb.h"

namespace loan_manager::fleet::sales {

namespace asio = boost::asio;
using access::Permission;

void SaleHandlers::register_with(rpc::Server& server) {
    auto service = server.service<v1::SaleService>();
    service.command("SellBike", runner_.handler(&sell, limits_))
        .query("PreviewSale", &SaleHandlers::preview, *this)
        .query("ListSales", &SaleHandlers::list, *this)
        .query("GetSale", &SaleHandlers::get, *this)
        .query("ListBikeSales", &SaleHandlers::list_of_bike, *this)
        .query("ListSaleCommissions", &SaleHandlers::list_commissions, *this)
        .command("UpdateSale", runner_.handler(&update_sale))
        .command("VoidSale", runner_.handler(&void_sale))
        .command("ApproveVoid", runner_.handler(&approve_void))
        .command("RejectVoid", runner_.handler(&reject_void));
}

asio::awaitable<rpc::Result<v1::SalePreview>> SaleHandlers::preview(rpc::CallContext& call,
                                                                    const v1::PreviewSaleRequest& request) {
    return sales::preview(pools_.local(), call, request, runtime::colombo_date(clock_.now()), limits_.prices_a_day);
}

asio::awaitable<rpc::Result<v1::SaleList>> SaleHandlers::list(rpc::CallContext& call,
                                                              const v1::ListSalesRequest& request) {
    auto page = co_await pages_.read(request, call.deadline);
    if (!page) {
        co_return page.error();
    }
    auto query = list_query(request, std::move(*page), call.caller);
    if (!query) {
        co_return query.error();
    }
    const auto costs = access::reach(call.caller, Permission::costs_read);
    const auto read = [&costs](const postgres::Row& row) { return visible_to(costs, sale_table().read(row)); };
    co_return co_await sql::run<v1::SaleList>(*query, pools_.local(), call.deadline, read);
}

asio::awaitable<rpc::Result<v1::Sale>> SaleHandlers::get(rpc::CallContext& call, const v1::GetSaleRequest& request) {
    sql::RoundTrip trip;
    const auto sale = add_find(trip, request.id());
    co_await trip.run(pools_.local(), call.deadline);
    auto found = trip[sale];
    if (!found) {
        co_return std::move(found).error();
    }
    if (!covers(call.caller, Permission::sales_read, *found)) {
        co_return rpc::not_found("There is no such sale.");
    }
    co_return visible_to(access::reach(call.caller, Permission::costs_read), std::move(*found));
}

asio::awaitable<rpc::Result<v1::SaleList>> SaleHandlers::list_of_bike(rpc::CallContext& call,
                                                                      const v1::ListBikeSalesRequest& request) {
    auto page = co_await pages_.read(request, call.deadline);
    if (!page) {
        co_return page.error();
    }
    auto query = list_query(request, std::move(*page), call.caller);
    if (!query) {
        co_return query.error();
    }
    sql::RoundTrip trip;
    const auto bike =
        bikes::add_is_readable(trip, request.bicycle_id(), access::reach(call.caller, Permission::bikes_read));
    const auto missing = bikes::no_such_bike();
    const auto costs = access::reach(call.caller, Permission::costs_read);
    const auto read = [&costs](const postgres::Row& row) { return visible_to(costs, sale_table().read(row)); };
    co_return co_await sql::run_below<v1::SaleList>(trip, bike, missing, *query, pools_.local(), call.deadline, read);
}

asio::awaitable<rpc::Result<v1::CommissionList>> SaleHandlers::list_commissions(
    rpc::CallContext& call, const v1::ListSaleCommissionsRequest& request) {
    auto page = co_await pages_.read(request, call.deadline);
    if (!page) {
        co_return page.error();
    }
    auto query = commissions::list_query(request, std::move(*page), call.caller);
    if (!query) {
        co_return query.error();
    }
    sql::RoundTrip trip;
    const auto sale = add_is_readable(trip, request.id(), access::reach(call.caller, Permission::sales_read));
    const auto missing = rpc::not_found("There is no such sale.");
    const auto costs = access::reach(call.caller, Permission::costs_read);
    const auto read = [&costs](const postgres::Row& row) {
        return commissions::visible_to(costs, commissions::read_commission(row));
    };
    auto list =
        co_await sql::run_below<v1::CommissionList>(trip, sale, missing, *query, pools_.local(), call.deadline, read);
    if (list) {
        list->set_total_amount(query->totals().at(0));
    }
    co_return list;
}

}  // namespace loan_manager::fleet::sales
