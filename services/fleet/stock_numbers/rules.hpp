#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace loan_manager::fleet::stock_numbers {

/// "MA/WW/ST/2066" (D-601): at least four digits.
std::string full_number(std::string_view company_code, std::string_view branch_code, std::int32_t running);

/// Whether a counter going from one number to a greater one must warn that the branch is running out: it reaches or
/// passes 90 % or 99 % (D-603).
bool passes_low_mark(std::int32_t from, std::int32_t to, std::int32_t max);

}  // namespace loan_manager::fleet::stock_numbers
