#include "fleet/organisation/handlers.hpp"

#include "access/reach.hpp"
#include "fleet/organisation/commands.hpp"
#include "fleet/organisation/queries.hpp"
#include "fleet/organisation/rows.hpp"
#include "fleet/stock_numbers/counter.hpp"
#include "loanmanager/fleet/v1/organisation.grpc.pb.h"

namespace loan_manager::fleet::organisation {

namespace asio = boost::asio;

void OrganisationHandlers::register_with(rpc::Server& server) {
    server.service<v1::OrganisationService>()
        .query("ListCompanies", pages_.list<v1::CompanyList>(&list_companies, &read_company))
        .query("GetCompany", &OrganisationHandlers::get_company, *this)
        .query("ListBranches", pages_.list<v1::BranchList>(&list_branches, &read_branch))
        .query("GetBranch", &OrganisationHandlers::get_branch, *this);
    server.service<v1::OrganisationAdminService>()
        .command("CreateCompany", runner_.handler(&create_company))
        .command("UpdateCompany", runner_.handler(&update_company))
        .command("CreateBranch", runner_.handler(&create_branch))
        .command("UpdateBranch", runner_.handler(&update_branch))
        .query("GetStockCounter", &OrganisationHandlers::stock_counter, *this)
        .command("RaiseStockCounter", runner_.handler(&raise_counter, stock_number_max_));
}

asio::awaitable<rpc::Result<v1::Company>> OrganisationHandlers::get_company(rpc::CallContext& call,
                                                                            const v1::GetCompanyRequest& request) {
    sql::RoundTrip trip;
    const auto company = add_find_company(trip, request.id());
    co_await trip.run(pools_.local(), call.deadline);
    co_return trip[company];
}

asio::awaitable<rpc::Result<v1::Branch>> OrganisationHandlers::get_branch(rpc::CallContext& call,
                                                                          const v1::GetBranchRequest& request) {
    sql::RoundTrip trip;
    const auto branch = add_find_branch(trip, request.id());
    co_await trip.run(pools_.local(), call.deadline);
    co_return trip[branch];
}

asio::awaitable<rpc::Result<v1::StockCounter>> OrganisationHandlers::stock_counter(
    rpc::CallContext& call, const v1::GetStockCounterRequest& request) {
    sql::RoundTrip trip;
    const auto found = add_find_branch(trip, request.id());
    const auto counted = stock_numbers::add_find_counter(trip, request.id());
    co_await trip.run(pools_.local(), call.deadline);
    const auto branch = trip[found];
    if (!branch) {
        co_return branch.error();
    }
    const auto readable = access::reach(call.caller, access::Permission::branches_manage);
    if (!readable.covers(branch->id(), branch->company_id())) {
        co_return no_such_branch();
    }
    const auto counter = trip[counted];
    if (!counter) {
        co_return counter.error();
    }
    co_return counter_row(*branch, *counter, stock_number_max_);
}

}  // namespace loan_manager::fleet::organisation
