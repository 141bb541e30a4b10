#include "fleet/bikes/scope.hpp"

#include <optional>
#include <vector>

namespace loan_manager::fleet::bikes {
namespace {

constexpr const char* open_transfer = "status IN ('PENDING', 'APPROVED', 'IN_TRANSIT')";

std::string at(int parameter) { return "$" + std::to_string(parameter); }

std::string inbound_by_branch(const std::string& branches) {
    return "b.id IN (SELECT t.bicycle_id FROM fleet.transfers t WHERE t." + std::string(open_transfer) +
           " AND t.to_branch_id = ANY (" + branches + "::uuid[]))";
}

std::string inbound_by_company(const std::string& companies) {
    return "b.id IN (SELECT t.bicycle_id FROM fleet.transfers t JOIN fleet.branches d ON d.id = t.to_branch_id WHERE "
           "t." +
           std::string(open_transfer) + " AND d.company_id = ANY (" + companies + "::uuid[]))";
}

std::string with_own_job(const std::string& user) {
    return "b.id IN (SELECT j.bicycle_id FROM fleet.repair_jobs j WHERE j.mechanic_id = " + user + "::uuid)";
}

}  // namespace

std::string commandable_condition(int first) {
    const auto mechanic = at(first + 3) + "::uuid";
    return "(" + sql::covers_always(first, {.branch = "b.current_branch_id", .company = "b.company_id"}) + " OR (" +
           mechanic +
           " IS NOT NULL AND EXISTS (SELECT FROM fleet.repair_jobs j WHERE j.bicycle_id = b.id AND "
           "j.mechanic_id = " +
           mechanic + ")))";
}

std::string readable_condition(int first) {
    return "(" + commandable_condition(first) +
           " OR EXISTS (SELECT FROM fleet.transfers t JOIN fleet.branches d ON d.id = t.to_branch_id "
           "WHERE t.bicycle_id = b.id AND t." +
           std::string(open_transfer) + " AND (d.id = ANY (" + at(first + 2) + "::uuid[]) OR d.company_id = ANY (" +
           at(first + 1) + "::uuid[]))))";
}

std::vector<std::string> readable_arms(sql::KeysetQuery& query, const access::Reach& reach) {
    std::vector<std::string> arms;
    if (reach.all) {
        arms.emplace_back("true");
        return arms;
    }
    access::Reach branches = reach;
    branches.companies.clear();
    if (!reach.branches.empty()) {
        arms.push_back(query.covers(branches, {"b.current_branch_id"}));
        arms.push_back(inbound_by_branch(query.parameter(reach.branches)));
    }
    if (!reach.companies.empty()) {
        const auto list = query.parameter(reach.companies);
        arms.push_back("b.company_id = ANY (" + list + "::uuid[])");
        arms.push_back(inbound_by_company(list));
    }
    if (reach.self) {
        arms.push_back(with_own_job(query.parameter(reach.user_id)));
    }
    if (arms.empty()) {
        arms.emplace_back("false");
    }
    return arms;
}

}  // namespace loan_manager::fleet::bikes
