#include "fleet/bikes/handlers.hpp"

#include "access/reach.hpp"
#include "commands/errors.hpp"
#include "fleet/bikes/bike_row.hpp"
#include "fleet/bikes/list_query.hpp"
#include "fleet/bikes/procure.hpp"
#include "fleet/bikes/repository.hpp"
#include "fleet/bikes/reserve.hpp"
#include "fleet/bikes/return_to_stock.hpp"
#include "fleet/bikes/timeline.hpp"
#include "fleet/bikes/update.hpp"
#include "fleet/bikes/write_off.hpp"
#include "fleet/stock_numbers/rows.hpp"
#include "fleet/values/reference_check.hpp"

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
        .command("ProcureBike", runner_.handler<Procure>(stock_number_max_))
        .command("UpdateBike", runner_.handler<Update>())
        .query("ListStockHistory", &BikeHandlers::stock_history, *this)
        .query("GetStockNumber", &BikeHandlers::stock_number, *this);
    server.service<v1::BikeStateService>()
        .command("ReserveBike", runner_.handler<Reserve>())
        .command("ReleaseBike", runner_.handler<Release>())
        .command("ReturnBikeToStock", runner_.handler<ReturnToStock>())
        .command("RequestWriteOff", runner_.handler<RequestWriteOff>())
        .command("WriteOffBike", runner_.handler<WriteOff>())
        .command("RejectWriteOff", runner_.handler<RejectWriteOff>());
    server.service<v1::TimelineService>().query("ListTimeline", &BikeHandlers::timeline, *this);
}

asio::awaitable<rpc::Result<v1::BikeList>> BikeHandlers::list(rpc::CallContext& context,
                                                              const v1::ListBikesRequest& request) {
    const auto page = paging::read_page(request);
    if (!page) {
        co_return page.error();
    }
    const auto readable = access::reach(context.caller, Permission::bikes_read);
    const auto costs = access::reach(context.caller, Permission::costs_read);
    const bool may_see_costs = access::allowed(context.caller, Permission::costs_read);
    auto query = compose_list(request, *page, readable, may_see_costs, runtime::colombo_date(clock_.now()));
    if (!query) {
        co_return query.error();
    }

    // Page, count and references travel together; an unknown reference makes the other two moot.
    postgres::Batch batch;
    add_composed(batch, query->page_sql, std::move(query->page_params), query->reusable);
    if (page->count) {
        add_composed(batch, query->count_sql, std::move(query->count_params), query->reusable);
    }
    ReferenceCheck references;
    references.company("company_id", LM_MAYBE(request, company_id));
    references.branch("branch_id", LM_MAYBE(request, branch_id));
    references.branch("acquisition_branch_id", LM_MAYBE(request, acquisition_branch_id));
    references.add_to(batch);
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    if (auto known = references.read(results); !known) {
        co_return known.error();
    }

    v1::BikeList list;
    std::optional<paging::Cursor> last;
    const auto& rows = results.at(0);
    const int key_column = rows.columns() - 1;
    for (const auto row : rows) {
        if (list.items_size() == page->limit) {
            last.emplace();
            last->key = rows[page->limit - 1].get<std::string>(key_column);
            last->id = list.items(page->limit - 1).id();
            break;
        }
        *list.add_items() = read_bike(row, costs);
    }
    const auto counted =
        page->count ? std::optional(results.at(1).front().get<std::int64_t>(0)) : std::optional<std::int64_t>();
    paging::finish_page(list, *page, std::move(last), counted);
    co_return list;
}

void BikeHandlers::add_composed(postgres::Batch& batch, const std::string& sql, postgres::Params params,
                                bool reusable) {
    if (const auto statement = reusable ? list_statements_.find(sql) : std::nullopt) {
        batch.add(*statement, std::move(params));
    } else {
        batch.query(sql, std::move(params));
    }
}

asio::awaitable<rpc::Result<v1::Bike>> BikeHandlers::get(rpc::CallContext& context, const v1::GetBikeRequest& request) {
    postgres::Batch batch;
    add_find(batch, request.id(), access::reach(context.caller, Permission::bikes_read));
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    if (results.at(0).empty()) {
        co_return rpc::not_found("There is no such bike.");
    }
    co_return read_bike(results.at(0).front(), access::reach(context.caller, Permission::costs_read));
}

asio::awaitable<rpc::Result<v1::Timeline>> BikeHandlers::timeline(rpc::CallContext& context,
                                                                  const v1::ListTimelineRequest& request) {
    const auto page = paging::read_page(request);
    if (!page) {
        co_return page.error();
    }
    postgres::Batch batch;
    add_is_readable(batch, request.id(), access::reach(context.caller, Permission::bikes_read));
    if (auto added = add_timeline(batch, timeline_statements_, request.id(), context.caller, *page); !added) {
        co_return added.error();
    }
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    if (results.at(0).empty()) {
        co_return rpc::not_found("There is no such bike.");
    }
    co_return read_list<v1::Timeline>(results, 1, *page, read_timeline_entry);
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
    const auto missing = rpc::not_found("There is no such bike.");
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
