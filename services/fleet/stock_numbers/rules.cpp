#include "fleet/stock_numbers/rules.hpp"

namespace loan_manager::fleet::stock_numbers {

std::string full_number(std::string_view company_code, std::string_view branch_code, std::int32_t running) {
    constexpr std::size_t digits = 4;
    std::string number = std::to_string(running);
    if (number.size() < digits) {
        number.insert(0, digits - number.size(), '0');
    }
    return std::string(company_code) + '/' + std::string(branch_code) + "/ST/" + number;
}

bool passes_low_mark(std::int32_t from, std::int32_t to, std::int32_t max) {
    const std::int64_t count = std::int64_t{max} + 1;
    const auto passes = [&](std::int64_t mark) { return from < mark && mark <= to; };
    return passes(count * 90 / 100) || passes(count * 99 / 100);
}

}  // namespace loan_manager::fleet::stock_numbers
