#include "fleet/bikes/handlers.hpp"

#include "access/reach.hpp"
#include "fleet/bikes/commands.hpp"
#include "fleet/bikes/queries.hpp"
#include "fleet/bikes/rows.hpp"
#include "fleet/stock_numbers/rows.hpp"

namespace loan_manager::fleet::bikes {

namespace asio = boost::asio;
using access::Permission;

BikeHandlers::BikeHandlers(postgres::PoolGroup& pools, sql::Pages& pages, commands::Runner& runner,
                           const runtime::Clock& clock, std::int32_t stock_number_max)
    : pools_(pools), pages_(pages), runner_(runner), clock_(clock), stock_number_max_(stock_number_max) {}

void BikeHandlers::register_with(rpc::Server& server) {
    server.service<v1::BikeService>()
        .query("ListBikes", &BikeHandlers::list, *this)
        .query("GetBike", &BikeHandlers::get, *this)
        .command("ProcureBike", runner_.handler(&procure, stock_number_max_))
        .command("UpdateBike", runner_.handler(&update))
        .query("ListStockHistory", &BikeHandlers::stock_history, *this)
        .query("GetStockNumber", &BikeHandlers::stock_number, *this);
    server.service<v1::BikeStateService>()
        .command("ReserveBike", runner_.handler(&reserve))
        .command("ReleaseBike", runner_.handler(&release))
        .command("ReturnBikeToStock", runner_.handler(&return_to_stock))
        .command("RequestWriteOff", runner_.handler(&request_write_off))
        .command("WriteOffBike", runner_.handler(&write_off))
        .command("RejectWriteOff", runner_.handler(&reject_write_off));
    server.service<v1::TimelineService>().query("ListTimeline", &BikeHandlers::timeline, *this);
}

asio::awaitable<rpc::Result<v1::BikeList>> BikeHandlers::list(rpc::CallContext& call,
                                                              const v1::ListBikesRequest& request) {
    auto page = co_await pages_.read(request, call.deadline);
    if (!page) {
        co_return page.error();
    }
    auto query = list_query(request, std::move(*page), call.caller, runtime::colombo_date(clock_.now()));
    if (!query) {
        co_return query.error();
    }
    const auto costs = access::reach(call.caller, Permission::costs_read);
    co_return co_await sql::run<v1::BikeList>(*query, pools_.local(), call.deadline,
                                              [&](const postgres::Row& row) { return read_bike(row, costs); });
}

asio::awaitable<rpc::Result<v1::Bike>> BikeHandlers::get(rpc::CallContext& call, const v1::GetBikeRequest& request) {
    sql::RoundTrip trip;
    const auto found = add_find(trip, request.id(), access::reach(call.caller, Permission::bikes_read));
    co_await trip.run(pools_.local(), call.deadline);
    const auto& rows = trip[found];
    if (rows.empty()) {
        co_return no_such_bike();
    }
    co_return read_bike(rows.front(), access::reach(call.caller, Permission::costs_read));
}

asio::awaitable<rpc::Result<v1::Timeline>> BikeHandlers::timeline(rpc::CallContext& call,
                                                                  const v1::ListTimelineRequest& request) {
    auto page = co_await pages_.read(request, call.deadline);
    if (!page) {
        co_return page.error();
    }
    auto query = timeline_query(request.id(), std::move(*page), call.caller);
    if (!query) {
        co_return query.error();
    }
    sql::RoundTrip trip;
    const auto bike = add_is_readable(trip, request.id(), access::reach(call.caller, Permission::bikes_read));
    const auto missing = no_such_bike();
    co_return co_await sql::run_below<v1::Timeline>(trip, bike, missing, *query, pools_.local(), call.deadline,
                                                    &read_timeline_entry);
}

asio::awaitable<rpc::Result<v1::StockHistory>> BikeHandlers::stock_history(rpc::CallContext& call,
                                                                           const v1::ListStockHistoryRequest& request) {
    auto page = co_await pages_.read(request, call.deadline);
    if (!page) {
        co_return page.error();
    }
    auto query = stock_numbers::history_query(request.id(), std::move(*page), call.caller);
    if (!query) {
        co_return query.error();
    }
    sql::RoundTrip trip;
    const auto bike = add_is_readable(trip, request.id(), access::reach(call.caller, Permission::bikes_read));
    const auto missing = no_such_bike();
    co_return co_await sql::run_below<v1::StockHistory>(trip, bike, missing, *query, pools_.local(), call.deadline,
                                                        &stock_numbers::read_history);
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
