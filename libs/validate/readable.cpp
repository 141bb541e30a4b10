#include "validate/readable.hpp"

#include <utf8proc.h>

#include <algorithm>

namespace loan_manager::validate {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD
constexpr std::size_t longest_code_point = 4;

}  // namespace

std::string readable(std::string_view text, std::size_t max_bytes) {
    std::string out;
    while (!text.empty()) {
        utf8proc_int32_t c = 0;
        const auto length =
            utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                             static_cast<utf8proc_ssize_t>(std::min(text.size(), longest_code_point)), &c);
        const std::size_t used = length > 0 ? static_cast<std::size_t>(length) : 1;
        const bool is_control = length > 0 && utf8proc_category(c) == UTF8PROC_CATEGORY_CC;
        const std::string_view piece = length <= 0 ? replacement : is_control ? "?" : text.substr(0, used);
        if (out.size() + piece.size() > max_bytes) break;
        out.append(piece);
        text.remove_prefix(used);
    }
    return out;
}

}  // namespace loan_manager::validate
