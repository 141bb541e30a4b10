#include "fleet/organisation/handlers.hpp"

#include "fleet/organisation/repository.hpp"

namespace loan_manager::fleet::organisation {

namespace asio = boost::asio;

void OrganisationHandlers::register_with(rpc::Server& server) {
    auto service = server.service<v1::OrganisationService>();
    service.query("ListCompanies", &OrganisationHandlers::list_companies, *this)
        .query("GetCompany", &OrganisationHandlers::get_company, *this)
        .query("ListBranches", &OrganisationHandlers::list_branches, *this)
        .query("GetBranch", &OrganisationHandlers::get_branch, *this);
}

asio::awaitable<rpc::Result<v1::CompanyList>> OrganisationHandlers::list_companies(
    rpc::CallContext& context, const v1::ListCompaniesRequest& request) {
    auto page = co_await pages_.read(request, context.deadline);
    if (!page) {
        co_return page.error();
    }
    auto query = list_query(request, std::move(*page), context.caller);
    if (!query) {
        co_return query.error();
    }
    co_return co_await sql::run<v1::CompanyList>(*query, pools_.local(), context.deadline, &to_company);
}

asio::awaitable<rpc::Result<v1::Company>> OrganisationHandlers::get_company(rpc::CallContext& context,
                                                                            const v1::GetCompanyRequest& request) {
    postgres::Batch batch;
    add_company(batch, request.id());
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    co_return read_company(results.at(0));
}

asio::awaitable<rpc::Result<v1::BranchList>> OrganisationHandlers::list_branches(
    rpc::CallContext& context, const v1::ListBranchesRequest& request) {
    auto page = co_await pages_.read(request, context.deadline);
    if (!page) {
        co_return page.error();
    }
    auto query = list_query(request, std::move(*page), context.caller);
    if (!query) {
        co_return query.error();
    }
    co_return co_await sql::run<v1::BranchList>(*query, pools_.local(), context.deadline, &to_branch);
}

asio::awaitable<rpc::Result<v1::Branch>> OrganisationHandlers::get_branch(rpc::CallContext& context,
                                                                          const v1::GetBranchRequest& request) {
    postgres::Batch batch;
    add_branch(batch, request.id());
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    co_return read_branch(results.at(0));
}

}  // namespace loan_manager::fleet::organisation
