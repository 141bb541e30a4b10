#pragma once

#include <vector>

#include "commands/constraints.hpp"

namespace loan_manager::fleet {

/// What the constraints of schema fleet mean that an input can violate: the tables that the areas keep in their rows.
/// Of all others a test knows why no input reaches them.
std::vector<commands::Constraint> constraints();

}  // namespace loan_manager::fleet
