#include "fleet/organisation/queries.hpp"

#include <array>
#include <string_view>

#include "fleet/organisation/rows.hpp"

namespace loan_manager::fleet::organisation {
namespace {

constexpr std::string_view by_code = "code";
constexpr std::array company_sort{sql::SortField{"code", "c.code", sql::KeyType::text},
                                  sql::SortField{"name", "c.name", sql::KeyType::text}};
constexpr std::array branch_sort{sql::SortField{"code", "r.code", sql::KeyType::text},
                                 sql::SortField{"name", "r.name", sql::KeyType::text}};

}  // namespace

rpc::Result<sql::KeysetQuery> list_companies(const v1::ListCompaniesRequest& request, paging::PageRequest page,
                                             const access::Identity& caller) {
    sql::KeysetQuery query(std::move(page), {company_table().columns(), "fleet.companies c", "c.id"});
    if (auto sorted = query.sort_by(company_sort, sql::order_of(request, by_code), caller); !sorted) {
        return sorted.error();
    }
    if (request.has_is_active()) {
        query.where("c.is_active = " + query.parameter(request.is_active()));
    }
    return query;
}

v1::Company read_company(const postgres::Row& row) { return company_table().read(row); }

rpc::Result<sql::KeysetQuery> list_branches(const v1::ListBranchesRequest& request, paging::PageRequest page,
                                            const access::Identity& caller) {
    sql::KeysetQuery query(std::move(page), {branch_table().columns(), "fleet.branches r", "r.id"});
    if (auto sorted = query.sort_by(branch_sort, sql::order_of(request, by_code), caller); !sorted) {
        return sorted.error();
    }
    if (request.has_company_id()) {
        query.where("r.company_id = " + query.company("company_id", request.company_id()));
    }
    if (request.has_is_active()) {
        query.where("r.is_active = " + query.parameter(request.is_active()));
    }
    if (request.has_is_repair_center()) {
        query.where("r.is_repair_center = " + query.parameter(request.is_repair_center()));
    }
    return query;
}

v1::Branch read_branch(const postgres::Row& row) { return branch_table().read(row); }

}  // namespace loan_manager::fleet::organisation
