#include "fleet/organisation/admin_handlers.hpp"

#include "access/reach.hpp"
#include "fleet/organisation/counter_row.hpp"
#include "fleet/organisation/create_branch.hpp"
#include "fleet/organisation/create_company.hpp"
#include "fleet/organisation/raise_counter.hpp"
#include "fleet/organisation/repository.hpp"
#include "fleet/organisation/update_branch.hpp"
#include "fleet/organisation/update_company.hpp"

namespace loan_manager::fleet::organisation {

namespace asio = boost::asio;

void OrganisationAdminHandlers::register_with(rpc::Server& server) {
    auto service = server.service<v1::OrganisationAdminService>();
    service.command("CreateCompany", runner_.handler<CreateCompany>())
        .command("UpdateCompany", runner_.handler<UpdateCompany>())
        .command("CreateBranch", runner_.handler<CreateBranch>())
        .command("UpdateBranch", runner_.handler<UpdateBranch>())
        .query("GetStockCounter", &OrganisationAdminHandlers::stock_counter, *this)
        .command("RaiseStockCounter", runner_.handler<RaiseCounter>(stock_number_max_));
}

asio::awaitable<rpc::Result<v1::StockCounter>> OrganisationAdminHandlers::stock_counter(
    rpc::CallContext& context, const v1::GetStockCounterRequest& request) {
    postgres::Batch batch;
    add_branch(batch, request.id());
    stock_numbers::add_counter(batch, request.id());
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    const auto branch = read_branch(results.at(0));
    if (!branch) {
        co_return branch.error();
    }
    const auto readable = access::reach(context.caller, access::Permission::branches_manage);
    if (!readable.covers(branch->id(), branch->company_id())) {
        co_return rpc::not_found("There is no such branch.");
    }
    co_return counter_row(*branch, stock_numbers::read_counter(results.at(1)), stock_number_max_);
}

}  // namespace loan_manager::fleet::organisation
