#include "fleet/sales/handlers.hpp"

#include <utility>

#include "access/reach.hpp"
#include "fleet/commissions/queries.hpp"
#include "fleet/sales/preview.hpp"
#include "fleet/sales/queries.hpp"
#include "fleet/sales/rows.hpp"
#include "loanmanager/fleet/v1/sales.grpc.pb.h"

namespace loan_manager::fleet::sales {

namespace asio = boost::asio;
using access::Permission;

void SaleHandlers::register_with(rpc::Server& server) {
    server.service<v1::SaleService>()
        .command("SellBike", runner_.handler(&sell, limits_))
        .query("PreviewSale", &SaleHandlers::preview, *this)
        .query("ListSales", pages_.list<v1::SaleList>(&list, &read_item))
        .query("GetSale", &SaleHandlers::get, *this)
        .query("ListBikeSales", pages_.list<v1::SaleList>(&list_of_bike, &read_item))
        .query("ListSaleCommissions",
               pages_.list<v1::CommissionList>(&commissions::list_of_sale, &commissions::read_item))
        .command("UpdateSale", runner_.handler(&update_sale))
        .command("VoidSale", runner_.handler(&void_sale))
        .command("ApproveVoid", runner_.handler(&approve_void))
        .command("RejectVoid", runner_.handler(&reject_void));
}

asio::awaitable<rpc::Result<v1::SalePreview>> SaleHandlers::preview(rpc::CallContext& call,
                                                                    const v1::PreviewSaleRequest& request) {
    return sales::preview(pools_.local(), call, request, runtime::colombo_date(clock_.now()), limits_.prices_a_day);
}

asio::awaitable<rpc::Result<v1::Sale>> SaleHandlers::get(rpc::CallContext& call, const v1::GetSaleRequest& request) {
    sql::RoundTrip trip;
    const auto sale = add_find(trip, request.id());
    co_await trip.run(pools_.local(), call.deadline);
    auto found = trip[sale];
    if (!found) {
        co_return std::move(found).error();
    }
    if (!covered_by(access::reach(call.caller, Permission::sales_read), *found)) {
        co_return no_such_sale();
    }
    co_return visible_to(call.caller, std::move(*found));
}

}  // namespace loan_manager::fleet::sales
