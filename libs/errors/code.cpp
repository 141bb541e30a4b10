#include "errors/code.hpp"

#include <ostream>

namespace loan_manager::errors {

std::optional<Code> Code::from(std::string_view name) noexcept {
    const std::size_t row = detail::find(name);
    return row == detail::table.size() ? std::nullopt : std::optional(Code(row));
}

std::ostream& operator<<(std::ostream& out, Code code) { return out << code.name(); }

}  // namespace loan_manager::errors
