#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace loan_manager::fleet::stock_numbers {

/// "MA/WW/ST/2066" (D-601): at least four digits.
std::string full_number(std::string_view company_code, std::string_view branch_code, std::int32_t running);

/// Whether reaching `running` must warn that the branch is running out: at 90 % and at 99 % (D-603).
bool is_running_low(std::int32_t running, std::int32_t max);

}  // namespace loan_manager::fleet::stock_numbers
