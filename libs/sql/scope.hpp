#pragma once

#include <string>
#include <string_view>

#include "access/reach.hpp"
#include "postgres/params.hpp"

/// Reach (D-901) as SQL: the one place where it becomes a condition. Values are parameters; pieces of SQL are fixed.
namespace loan_manager::sql {

/// Adds a value to the parameters; the "$n" it is known by.
template <class T>
std::string parameter(postgres::Params& params, const T& value) {
    params.add(value);
    return "$" + std::to_string(params.size());
}

/// The columns of a row that decide who covers it (D-903), e.g. {"t.from_branch_id"}. An empty one does not count.
struct ScopeColumns {
    std::string_view branch;
    std::string_view company{};   ///< Of the branch, where the row has it; otherwise it is looked up.
    std::string_view assignee{};  ///< The user a row is assigned to: what `self` covers.
};

/// Condition: the row is within reach. For a statement that is composed for this reach: what the reach does not need
/// is left out, so that the planner sees the plain case as what it is.
std::string covers(postgres::Params& params, const access::Reach& reach, const ScopeColumns& columns);

/// The same for a row of a company as a whole: covered by reach on the company, or on a branch of it.
std::string covers_company(postgres::Params& params, const access::Reach& reach, std::string_view company);

/// Both for a statement whose text never changes: the reach is its parameters $first … $first+3, which add_scope()
/// adds.
std::string covers_always(int first, const ScopeColumns& columns);
std::string covers_company_always(int first, std::string_view company);
void add_scope(postgres::Params& params, const access::Reach& reach);

}  // namespace loan_manager::sql
