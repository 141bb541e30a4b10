#include "sql/scope.hpp"

#include <optional>

namespace loan_manager::sql {
namespace {

std::string in_list(std::string_view column, const std::string& list) {
    return std::string(column) + " = ANY (" + list + "::uuid[])";
}

std::string in_companies(const ScopeColumns& columns, const std::string& companies) {
    if (!columns.company.empty()) {
        return in_list(columns.company, companies);
    }
    return std::string(columns.branch) + " IN (SELECT s.id FROM fleet.branches s WHERE " +
           in_list("s.company_id", companies) + ")";
}

std::string has_branch(std::string_view company, const std::string& branches) {
    return std::string(company) + " IN (SELECT s.company_id FROM fleet.branches s WHERE " + in_list("s.id", branches) +
           ")";
}

// Named even where it does not count, so that the parameters are always the same four.
std::string without_assignee(const std::string& parameter) { return "(" + parameter + "::uuid IS NOT NULL AND false)"; }

}  // namespace

std::string covers(postgres::Params& params, const access::Reach& reach, const ScopeColumns& columns) {
    if (reach.all) {
        return "true";
    }
    std::string condition;
    const auto add = [&](const std::string& alternative) {
        condition += (condition.empty() ? "" : " OR ") + alternative;
    };
    if (!reach.branches.empty()) {
        const auto list = parameter(params, reach.branches);
        // One branch is the common case, and only equality can be read in the order of an index.
        add(reach.branches.size() == 1 ? std::string(columns.branch) + " = (" + list + "::uuid[])[1]"
                                       : in_list(columns.branch, list));
    }
    if (!reach.companies.empty()) {
        add(in_companies(columns, parameter(params, reach.companies)));
    }
    if (reach.self && !columns.assignee.empty()) {
        add(std::string(columns.assignee) + " = " + parameter(params, reach.user_id) + "::uuid");
    }
    return condition.empty() ? "false" : "(" + condition + ")";
}

std::string covers_company(postgres::Params& params, const access::Reach& reach, std::string_view company) {
    if (reach.all) {
        return "true";
    }
    const auto companies = parameter(params, reach.companies);
    return "(" + in_list(company, companies) + " OR " + has_branch(company, parameter(params, reach.branches)) + ")";
}

std::string covers_always(int first, const ScopeColumns& columns) {
    const auto at = [&](int offset) { return "$" + std::to_string(first + offset); };
    std::string condition =
        "(" + at(0) + "::boolean OR " + in_companies(columns, at(1)) + " OR " + in_list(columns.branch, at(2));
    condition += " OR " + (columns.assignee.empty() ? without_assignee(at(3))
                                                    : std::string(columns.assignee) + " = " + at(3) + "::uuid");
    return condition + ")";
}

std::string covers_company_always(int first, std::string_view company) {
    const auto at = [&](int offset) { return "$" + std::to_string(first + offset); };
    return "(" + at(0) + "::boolean OR " + in_list(company, at(1)) + " OR " + has_branch(company, at(2)) + " OR " +
           without_assignee(at(3)) + ")";
}

void add_scope(postgres::Params& params, const access::Reach& reach) {
    params.add(reach.all);
    params.add(reach.companies);
    params.add(reach.branches);
    params.add(reach.self ? std::optional(reach.user_id) : std::nullopt);
}

}  // namespace loan_manager::sql
