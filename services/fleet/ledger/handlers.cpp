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
        .query("ListLedger", pages_.list<v1::Ledger>(&entries, &read_entry));
}

asio::awaitable<rpc::Result<v1::CostSummary>> CostHandlers::summary(rpc::CallContext& call,
                                                                    const v1::GetBikeCostsRequest& request) {
    sql::RoundTrip trip;
    const auto of_bike = bikes::add_find(trip, request.id(), access::reach(call.caller, Permission::costs_read));
    co_await trip.run(pools_.local(), call.deadline);
    const auto stored = trip[of_bike];
    if (!stored) {
        co_return stored.error();
    }
    const v1::Bike& bike = stored->bike;
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
        if (sales::covered_by(access::reach(call.caller, Permission::sales_read), *sale)) {
            *summary.mutable_sale() = *sale;
        }
    }
    co_return summary;
}

}  // namespace loan_manager::fleet::ledger
