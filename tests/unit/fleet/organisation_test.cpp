#include <doctest/doctest.h>

#include "fixture.hpp"
#include "testing/error_codes.hpp"

using namespace loan_manager::fleet::testing;

namespace {

Call as(const std::string& user) {
    Call call;
    call.user = user;
    return call;
}

template <class Request, class List, class Method>
Outcome ask(Method method, const Request& request, List& list, const std::string& user = "mechanic") {
    grpc::ClientContext context;
    Fleet::instance().prepare(context, as(user));
    const auto stub = v1::OrganisationService::NewStub(Fleet::instance().channel());
    return Fleet::read(((*stub).*method)(&context, request, &list), context);
}

}  // namespace

TEST_CASE("D-905 companies and branches are readable by every signed-in user, by id or code") {
    v1::Company company;
    v1::GetCompanyRequest one;
    one.set_id("MA");
    REQUIRE(ask(&v1::OrganisationService::Stub::GetCompany, one, company).ok());
    CHECK(company.name() == "Company MA");
    one.set_id(company.id());
    REQUIRE(ask(&v1::OrganisationService::Stub::GetCompany, one, company).ok());
    CHECK(company.code() == "MA");
    one.set_id("XX");
    CHECK(ask(&v1::OrganisationService::Stub::GetCompany, one, company).code == "NOT_FOUND");

    v1::Branch branch;
    v1::GetBranchRequest place;
    place.set_id("BD");
    REQUIRE(ask(&v1::OrganisationService::Stub::GetBranch, place, branch).ok());
    CHECK(branch.company_code() == "IN");
}

TEST_CASE("lists of companies and branches: filters, sort, pages") {
    v1::CompanyList companies;
    REQUIRE(ask(&v1::OrganisationService::Stub::ListCompanies, v1::ListCompaniesRequest(), companies).ok());
    CHECK(companies.items_size() == 2);
    CHECK(companies.items(0).code() == "IN");

    v1::BranchList branches;
    v1::ListBranchesRequest request;
    request.set_company_id("MA");
    request.set_sort("-code");
    REQUIRE(ask(&v1::OrganisationService::Stub::ListBranches, request, branches).ok());
    CHECK(branches.items_size() == 6);
    CHECK(branches.total() == 6);
    CHECK(branches.items(0).code() == "ZZ");

    std::vector<std::string> gathered;
    request.set_limit(4);
    for (int pages = 0; pages < 2; ++pages) {
        v1::BranchList part;
        REQUIRE(ask(&v1::OrganisationService::Stub::ListBranches, request, part).ok());
        for (const auto& item : part.items()) {
            gathered.push_back(item.code());
        }
        request.set_cursor(part.next_cursor());
    }
    CHECK(gathered == std::vector<std::string>{"ZZ", "WW", "TWO", "ONE", "MO", "FEW"});

    v1::ListBranchesRequest inactive;
    inactive.set_is_active(false);
    REQUIRE(ask(&v1::OrganisationService::Stub::ListBranches, inactive, branches).ok());
    CHECK(branches.items_size() == 1);
    inactive.set_company_id("XX");
    CHECK(ask(&v1::OrganisationService::Stub::ListBranches, inactive, branches).code == "VALIDATION");
}
