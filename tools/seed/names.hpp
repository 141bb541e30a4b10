#pragma once

#include <string>

namespace loan_manager::ctl {

class Random;

/// A Sri Lankan name.
std::string person_name(Random& random);

}  // namespace loan_manager::ctl
