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
    const auto page = paging::read_page(request);
    if (!page) {
        co_return page.error();
    }
    postgres::Batch batch;
    add_companies(batch, request, *page);
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    co_return read_companies(results, 0, request, *page);
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
    std::vector<std::string> companies;
    if (request.has_company_id()) {
        companies.push_back(request.company_id());
    }
    const std::vector<std::string> no_branches;
    postgres::Batch batch;
    add_reference_check(batch, companies, no_branches);
    add_branches(batch, request, *page);
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    if (request.has_company_id() && read_reference_check(results.at(0)).companies.empty()) {
        std::vector<rpc::FieldIssue> issues;
        issues.emplace_back("company_id", std::string(validate::issue::not_found));
        co_return rpc::validation(std::move(issues));
    }
    co_return read_branches(results, 1, request, *page);
}

asio::awaitable<rpc::Result<v1::Branch>> OrganisationHandlers::get_branch(rpc::CallContext& context,
                                                                          const v1::GetBranchRequest& request) {
    postgres::Batch batch;
    add_branch(batch, request.id());
    const auto results = (co_await pools_.local().run(batch, context.deadline)).value();
    co_return read_branch(results.at(0));
}

}  // namespace loan_manager::fleet::organisation
