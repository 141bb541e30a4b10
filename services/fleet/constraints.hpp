#pragma once

#include <vector>

#include "commands/constraints.hpp"

namespace loan_manager::fleet {

/// What the constraints of schema fleet mean that an input can violate; of all others a test knows why none can.
std::vector<commands::Constraint> constraints();

}  // namespace loan_manager::fleet
