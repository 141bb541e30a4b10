#include "fleet/ledger/handlers.hpp"

#include "access/reach.hpp"
#include "fleet/bikes/bike_row.hpp"
#include "fleet/bikes/repository.hpp"
#include "fleet/ledger/entries.hpp"
#include "fleet/ledger/rules.hpp"
#include "fleet/sales/repository.hpp"
#include "fleet/sales/sale_row.hpp"

namespace loan_manager::fleet::ledger {

namespace asio = boost::asio;
using access::Permission;

void CostHandlers::register_with(rpc::Server& server) {
    server.service<v1::CostService>()
        .query("GetBikeCosts", &CostHandlers::summary, *this)
        .query("ListLedger", &CostHandlers::entries, *this);
}

asio::awaitable<rpc::Result<v1::CostSummary>> CostHandlers::summary(rpc::CallContext& context,
                                                                    const v1::GetBikeCostsRequest& request) {
    postgres::Batch batch;
    bikes::add_find(batch, request.id(), access::reach(context.caller, Permission::costs_read));
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    if (results.at(0).empty()) {
        co_return rpc::not_found("There is no such bike.");
    }
    const v1::Bike bike = bikes::read_bike(results.at(0).front(), access::Reach::everything());
    v1::CostSummary summary = summary_of(bike);
    if (bike.has_sale_id()) {
        postgres::Batch of_sale;
        sales::add_find(of_sale, bike.sale_id());
        const auto found = (co_await pools_.local().run(of_sale, context.deadline)).value();
        const auto sale = sales::read_sale(found.at(0));
        if (!sale) {
            co_return sale.error();
        }
        add_figures(summary, *sale);
        if (sales::covers(context.caller, Permission::sales_read, *sale)) {
            *summary.mutable_sale() = *sale;
        }
    }
    co_return summary;
}

asio::awaitable<rpc::Result<v1::Ledger>> CostHandlers::entries(rpc::CallContext& context,
                                                               const v1::ListLedgerRequest& request) {
    const auto page = paging::read_page(request);
    if (!page) {
        co_return page.error();
    }
    postgres::Batch batch;
    bikes::add_is_readable(batch, request.id(), access::reach(context.caller, Permission::costs_read));
    if (auto added = add_entries(batch, statements_, request.id(), *page); !added) {
        co_return added.error();
    }
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    if (results.at(0).empty()) {
        co_return rpc::not_found("There is no such bike.");
    }
    co_return read_list<v1::Ledger>(results, 1, *page, read_entry);
}

}  // namespace loan_manager::fleet::ledger
