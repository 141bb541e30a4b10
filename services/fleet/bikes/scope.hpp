#pragma once

#include <string>
#include <vector>

#include "access/reach.hpp"
#include "sql/keyset_query.hpp"

/// Which bikes a caller reaches, in the one place where this is written as SQL (D-901, D-903, D-505).
namespace loan_manager::fleet::bikes {

/// Condition on `b` (fleet.bicycles) with fixed parameters, for statements about one bike. It may be read by role reach
/// on its current branch, by reach on the destination of its open transfer, or by a mechanic who has a job on it.
/// Takes four parameters from `$first` on; append them with sql::add_scope().
std::string readable_condition(int first);
/// The same for commands, which only the current branch decides.
std::string commandable_condition(int first);

/// The parts of a reach as separate conditions, so that a list can read each through its own index and unite the
/// results.
std::vector<std::string> readable_arms(sql::KeysetQuery& query, const access::Reach& reach);

}  // namespace loan_manager::fleet::bikes
