#include "validate/text.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace loan_manager::validate {
namespace {

struct Free {
    void operator()(utf8proc_uint8_t* p) const noexcept { std::free(p); }
};

bool is_plain_ascii(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

// The White_Space property of Unicode.
bool is_white_space(utf8proc_int32_t c) noexcept {
    if (c >= 0x09 && c <= 0x0d) return true;
    if (c >= 0x2000 && c <= 0x200a) return true;
    switch (c) {
        case 0x20:
        case 0x85:
        case 0xa0:
        case 0x1680:
        case 0x2028:
        case 0x2029:
        case 0x202f:
        case 0x205f:
        case 0x3000:
            return true;
        default:
            return false;
    }
}

const utf8proc_uint8_t* bytes(std::string_view text) noexcept {
    return reinterpret_cast<const utf8proc_uint8_t*>(text.data());
}

// Decodes the code point at the front; its length in bytes, or a negative number if it is not UTF-8.
utf8proc_ssize_t front(std::string_view text, utf8proc_int32_t& code_point) noexcept {
    return utf8proc_iterate(bytes(text), static_cast<utf8proc_ssize_t>(text.size()), &code_point);
}

std::string_view last_code_point(std::string_view text) noexcept {
    std::size_t start = text.size() - 1;
    while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0U) == 0x80U) --start;
    return text.substr(start);
}

// Of valid UTF-8.
std::string_view trim(std::string_view text) noexcept {
    utf8proc_int32_t c = 0;
    while (!text.empty()) {
        const auto length = front(text, c);
        if (!is_white_space(c)) break;
        text.remove_prefix(static_cast<std::size_t>(length));
    }
    while (!text.empty()) {
        const auto last = last_code_point(text);
        front(last, c);
        if (!is_white_space(c)) break;
        text.remove_suffix(last.size());
    }
    return text;
}

bool has_control(std::string_view text, bool multiline) noexcept {
    while (!text.empty()) {
        utf8proc_int32_t c = 0;
        const auto length = front(text, c);
        if (utf8proc_category(c) == UTF8PROC_CATEGORY_CC && !(multiline && c == '\n')) return true;
        text.remove_prefix(static_cast<std::size_t>(length));
    }
    return false;
}

void replace_with(std::string& text, std::string_view part) {
    if (part.size() != text.size()) text = std::string(part);
}

}  // namespace

TextProblem normalise_text(std::string& text, bool multiline, std::size_t& code_points) {
    if (is_plain_ascii(text)) {
        const std::size_t first = text.find_first_not_of(' ');
        const std::size_t last = text.find_last_not_of(' ');
        replace_with(text, first == std::string::npos ? std::string_view{}
                                                      : std::string_view(text).substr(first, last - first + 1));
        code_points = text.size();
        return TextProblem::none;
    }
    code_points = 0;
    if (!is_valid_utf8(text)) return TextProblem::not_text;
    replace_with(text, trim(text));
    if (has_control(text, multiline)) return TextProblem::not_text;
    utf8proc_uint8_t* composed = nullptr;
    const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    const auto size = utf8proc_map(bytes(text), static_cast<utf8proc_ssize_t>(text.size()), &composed, options);
    const std::unique_ptr<utf8proc_uint8_t, Free> owner(composed);
    if (size < 0) return TextProblem::not_text;
    text.assign(reinterpret_cast<const char*>(composed), static_cast<std::size_t>(size));
    code_points = count_code_points(text);
    return TextProblem::none;
}

std::size_t count_code_points(std::string_view text) noexcept {
    const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts));
}

bool is_valid_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        if (static_cast<unsigned char>(text.front()) < 0x80) {
            text.remove_prefix(1);
            continue;
        }
        utf8proc_int32_t c = 0;
        const auto length = front(text, c);
        if (length <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(length));
    }
    return true;
}

}  // namespace loan_manager::validate
