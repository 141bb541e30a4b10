#include "fleet/ledger/handlers.hpp"

#include "access/reach.hpp"
#include "fleet/bikes/rows.hpp"
#include "fleet/ledger/queries.hpp"
#include "fleet/ledger/rules.hpp"
#include "fleet/sales/rows.hpp"
#include "loanmanager/fleet/v1/costs.grpc.pb.h"

namespace loan_manager::fleet::ledger {

namespace asio = boost::asio;
using access::Permission;

void CostHandlers::register_with(rpc::Server& server) {
    server.service<v1::CostService>()
        .query("GetBikeCosts", &CostHandlers::summary, *this)
        .query("ListLedger", &CostHandlers::entries, *this);
}

asio::awaitable<rpc::Result<v1::CostSummary>> CostHandlers::summary(rpc::CallContext& call,
                                                                    const v1::GetBikeCostsRequest& request) {
    sql::RoundTrip trip;
    const auto of_bike = bikes::add_find(trip, request.id(), access::reach(call.caller, Permission::costs_read));
    co_await trip.run(pools_.local(), call.deadline);
    if (trip[of_bike].empty()) {
        co_return bikes::no_such_bike();
    }
    const v1::Bike bike = bikes::read_bike(trip[of_bike].front(), access::Reach::everything());
    v1::CostSummary summary = summary_of(bike);
    if (bike.has_sale_id()) {
        sql::RoundTrip of_sale;
        const auto found = sales::add_find(of_sale, bike.sale_id());
        co_await of_sale.run(pools_.local(), call.deadline);
        const auto sale = of_sale[found];
        if (!sale) {
            co_return sale.error();
        }
        add_figures(summary, *sale);
        if (sales::covers(call.caller, Permission::sales_read, *sale)) {
            *summary.mutable_sale() = *sale;
        }
    }
    co_return summary;
}

asio::awaitable<rpc::Result<v1::Ledger>> CostHandlers::entries(rpc::CallContext& call,
                                                               const v1::ListLedgerRequest& request) {
    auto page = co_await pages_.read(request, call.deadline);
    if (!page) {
        co_return page.error();
    }
    auto query = entries_query(request.id(), std::move(*page), call.caller);
    if (!query) {
        co_return query.error();
    }
    sql::RoundTrip trip;
    const auto bike = bikes::add_is_readable(trip, request.id(), access::reach(call.caller, Permission::costs_read));
    const auto missing = bikes::no_such_bike();
    co_return co_await sql::run_below<v1::Ledger>(trip, bike, missing, *query, pools_.local(), call.deadline,
                                                  &read_entry);
}

}  // namespace loan_manager::fleet::ledger
