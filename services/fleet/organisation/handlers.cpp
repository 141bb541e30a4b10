#include "fleet/organisation/handlers.hpp"

#include "fleet/organisation/repository.hpp"
#include "fleet/values/proto_values.hpp"
#include "fleet/values/reference_check.hpp"

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
    const auto page = paging::read_page(request);
    if (!page) {
        co_return page.error();
    }
    const auto query = compose_list(request, *page);
    if (!query) {
        co_return query.error();
    }
    postgres::Batch batch;
    query->add_to(batch, list_statements_);
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    co_return read_list<v1::CompanyList>(results, 0, *page, to_company);
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
    const auto page = paging::read_page(request);
    if (!page) {
        co_return page.error();
    }
    const auto query = compose_list(request, *page);
    if (!query) {
        co_return query.error();
    }
    ReferenceCheck references;
    references.company("company_id", LM_MAYBE(request, company_id));
    postgres::Batch batch;
    query->add_to(batch, list_statements_);
    references.add_to(batch);
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    if (auto known = references.read(results); !known) {
        co_return known.error();
    }
    co_return read_list<v1::BranchList>(results, 0, *page, to_branch);
}

asio::awaitable<rpc::Result<v1::Branch>> OrganisationHandlers::get_branch(rpc::CallContext& context,
                                                                          const v1::GetBranchRequest& request) {
    postgres::Batch batch;
    add_branch(batch, request.id());
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    co_return read_branch(results.at(0));
}

}  // namespace loan_manager::fleet::organisation
