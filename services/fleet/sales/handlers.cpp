#include "fleet/sales/handlers.hpp"

#include "access/reach.hpp"
#include "commands/errors.hpp"
#include "fleet/bikes/repository.hpp"
#include "fleet/commissions/list_query.hpp"
#include "fleet/sales/approve_void.hpp"
#include "fleet/sales/list_query.hpp"
#include "fleet/sales/preview.hpp"
#include "fleet/sales/reject_void.hpp"
#include "fleet/sales/repository.hpp"
#include "fleet/sales/sale_row.hpp"
#include "fleet/sales/sell.hpp"
#include "fleet/sales/update.hpp"
#include "fleet/sales/void.hpp"
#include "fleet/values/reference_check.hpp"

namespace loan_manager::fleet::sales {

namespace asio = boost::asio;
using access::Permission;

namespace {

rpc::Error no_such_sale() { return rpc::not_found("There is no such sale."); }

}  // namespace

SaleHandlers::SaleHandlers(postgres::PoolGroup& pools, commands::Runner& runner, const runtime::Clock& clock,
                           std::int32_t stock_number_max)
    : pools_(pools), runner_(runner), clock_(clock), stock_number_max_(stock_number_max) {}

void SaleHandlers::register_with(rpc::Server& server) {
    auto service = server.service<v1::SaleService>();
    service.command("SellBike", runner_.handler<Sell>(stock_number_max_))
        .query("PreviewSale", &SaleHandlers::preview, *this)
        .query("ListSales", &SaleHandlers::list, *this)
        .query("GetSale", &SaleHandlers::get, *this)
        .query("ListBikeSales", &SaleHandlers::list_of_bike, *this)
        .query("ListSaleCommissions", &SaleHandlers::list_commissions, *this)
        .command("UpdateSale", runner_.handler<Update>())
        .command("VoidSale", runner_.handler<VoidSale>())
        .command("ApproveVoid", runner_.handler<ApproveVoid>())
        .command("RejectVoid", runner_.handler<RejectVoid>());
}

asio::awaitable<rpc::Result<v1::SalePreview>> SaleHandlers::preview(rpc::CallContext& context,
                                                                    const v1::PreviewSaleRequest& request) {
    Preview preview(context.caller, request);
    postgres::Batch batch;
    preview.add_to(batch, runtime::colombo_date(clock_.now()));
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    co_return preview.read(results);
}

asio::awaitable<rpc::Result<v1::SaleList>> SaleHandlers::list(rpc::CallContext& context,
                                                              const v1::ListSalesRequest& request) {
    const auto page = paging::read_page(request);
    if (!page) {
        co_return page.error();
    }
    auto query = compose_list(request, *page, access::reach(context.caller, Permission::sales_read));
    if (!query) {
        co_return query.error();
    }
    ReferenceCheck references;
    references.branch("branch_id", LM_MAYBE(request, branch_id));
    references.company("company_id", LM_MAYBE(request, company_id));
    references.user("sold_by", LM_MAYBE(request, sold_by));
    postgres::Batch batch;
    query->add_to(batch, list_statements_);
    references.add_to(batch);
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    if (auto known = references.read(results); !known) {
        co_return known.error();
    }
    co_return read_sales(results, 0, *page, access::reach(context.caller, Permission::costs_read));
}

asio::awaitable<rpc::Result<v1::Sale>> SaleHandlers::get(rpc::CallContext& context, const v1::GetSaleRequest& request) {
    postgres::Batch batch;
    add_find(batch, request.id());
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    auto sale = read_sale(results.at(0));
    if (!sale || !covers(context.caller, Permission::sales_read, *sale)) {
        co_return no_such_sale();
    }
    hide_costs_from(context.caller, *sale);
    co_return *std::move(sale);
}

asio::awaitable<rpc::Result<v1::SaleList>> SaleHandlers::list_of_bike(rpc::CallContext& context,
                                                                      const v1::ListBikeSalesRequest& request) {
    const auto page = paging::read_page(request);
    if (!page) {
        co_return page.error();
    }
    auto query = compose_list(request, *page, access::reach(context.caller, Permission::sales_read));
    if (!query) {
        co_return query.error();
    }
    postgres::Batch batch;
    bikes::add_is_readable(batch, request.bicycle_id(), access::reach(context.caller, Permission::bikes_read));
    query->add_to(batch, list_statements_);
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    if (results.at(0).empty()) {
        co_return rpc::not_found("There is no such bike.");
    }
    co_return read_sales(results, 1, *page, access::reach(context.caller, Permission::costs_read));
}

asio::awaitable<rpc::Result<v1::CommissionList>> SaleHandlers::list_commissions(
    rpc::CallContext& context, const v1::ListSaleCommissionsRequest& request) {
    const auto page = paging::read_page(request);
    if (!page) {
        co_return page.error();
    }
    postgres::Batch batch;
    add_find(batch, request.id());
    if (auto added = commissions::add_list_of_sale(batch, commission_statements_, request, *page, context.caller);
        !added) {
        co_return added.error();
    }
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    const auto sale = read_sale(results.at(0));
    if (!sale || !covers(context.caller, Permission::sales_read, *sale)) {
        co_return no_such_sale();
    }
    co_return commissions::read_list(results, 1, *page, context.caller);
}

}  // namespace loan_manager::fleet::sales
