#include "fleet/bikes/handlers.hpp"

#include "access/reach.hpp"
#include "fleet/bikes/commands.hpp"
#include "fleet/bikes/queries.hpp"
#include "fleet/bikes/rows.hpp"
#include "fleet/stock_numbers/queries.hpp"
#include "fleet/stock_numbers/rows.hpp"
#include "loanmanager/fleet/v1/bikes.grpc.pb.h"

namespace loan_manager::fleet::bikes {

namespace asio = boost::asio;
using access::Permission;

void BikeHandlers::register_with(rpc::Server& server) {
    server.service<v1::BikeService>()
        .query("ListBikes", pages_.list<v1::BikeList>(&list, &read_item, clock_))
        .query("GetBike", &BikeHandlers::get, *this)
        .command("ProcureBike", runner_.handler(&procure, stock_number_max_))
        .command("UpdateBike", runner_.handler(&update))
        .query("ListStockHistory",
               pages_.list<v1::StockHistory>(&stock_numbers::history, &stock_numbers::read_history_entry))
        .query("GetStockNumber", &BikeHandlers::stock_number, *this);
    server.service<v1::BikeStateService>()
        .command("ReserveBike", runner_.handler(&reserve))
        .command("ReleaseBike", runner_.handler(&release))
        .command("ReturnBikeToStock", runner_.handler(&return_to_stock))
        .command("RequestWriteOff", runner_.handler(&request_write_off))
        .command("WriteOffBike", runner_.handler(&write_off))
        .command("RejectWriteOff", runner_.handler(&reject_write_off));
    server.service<v1::TimelineService>().query("ListTimeline",
                                                pages_.list<v1::Timeline>(&timeline, &read_timeline_entry));
}

asio::awaitable<rpc::Result<v1::Bike>> BikeHandlers::get(rpc::CallContext& call, const v1::GetBikeRequest& request) {
    sql::RoundTrip trip;
    const auto bike = add_find(trip, request.id(), access::reach(call.caller, Permission::bikes_read));
    co_await trip.run(pools_.local(), call.deadline);
    auto found = trip[bike];
    if (!found) {
        co_return std::move(found).error();
    }
    co_return visible_to(call.caller, std::move(*found));
}

asio::awaitable<rpc::Result<v1::StockNumber>> BikeHandlers::stock_number(rpc::CallContext& call,
                                                                         const v1::GetStockNumberRequest& request) {
    sql::RoundTrip trip;
    const auto found =
        stock_numbers::add_find(trip, request.number(), access::reach(call.caller, Permission::bikes_read));
    co_await trip.run(pools_.local(), call.deadline);
    co_return trip[found];
}

}  // namespace loan_manager::fleet::bikes
