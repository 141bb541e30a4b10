#include "validate/characters.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>

namespace loan_manager::validate {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

template <std::size_t size>
bool is_in(const std::array<Range, size>& ranges, char32_t c) noexcept {
    return std::any_of(ranges.begin(), ranges.end(), [c](const Range& r) { return c >= r.first && c <= r.last; });
}

constexpr std::array white_space{
    Range{0x09, 0x0D},     Range{0x20, 0x20},     Range{0x85, 0x85},     Range{0xA0, 0xA0},     Range{0x1680, 0x1680},
    Range{0x2000, 0x200A}, Range{0x2028, 0x2029}, Range{0x202F, 0x202F}, Range{0x205F, 0x205F}, Range{0x3000, 0x3000},
};

// Default_Ignorable_Code_Point, and after it what is blank without having the property: the braille pattern without
// dots, the null note head, the Khitan filler.
constexpr std::array ignorable{
    Range{0xAD, 0xAD},       Range{0x34F, 0x34F},   Range{0x61C, 0x61C},     Range{0x115F, 0x1160},
    Range{0x17B4, 0x17B5},   Range{0x180B, 0x180F}, Range{0x200B, 0x200F},   Range{0x202A, 0x202E},
    Range{0x2060, 0x206F},   Range{0x3164, 0x3164}, Range{0xFE00, 0xFE0F},   Range{0xFEFF, 0xFEFF},
    Range{0xFFA0, 0xFFA0},   Range{0xFFF0, 0xFFF8}, Range{0x1BCA0, 0x1BCA3}, Range{0x1D173, 0x1D17A},
    Range{0xE0000, 0xE0FFF}, Range{0x2800, 0x2800}, Range{0x1D159, 0x1D159}, Range{0x16FE4, 0x16FE4},
};

// Arabic tatweel, katakana prolonged sound mark, Lisu tone mya ti.
constexpr std::array drawn_as_separator{Range{0x640, 0x640}, Range{0x30FC, 0x30FC}, Range{0xA4F8, 0xA4F8}};

utf8proc_category_t category(char32_t c) noexcept { return utf8proc_category(static_cast<utf8proc_int32_t>(c)); }

bool is_noncharacter(char32_t c) noexcept { return (c & 0xFFFEU) == 0xFFFEU || (c >= 0xFDD0 && c <= 0xFDEF); }

}  // namespace

bool is_white_space(char32_t c) noexcept { return is_in(white_space, c); }

bool is_invisible(char32_t c) noexcept {
    if (c > 0x20 && c < 0x7F) return false;
    const auto kind = category(c);
    return kind == UTF8PROC_CATEGORY_CC || kind == UTF8PROC_CATEGORY_CF || is_white_space(c) || is_in(ignorable, c) ||
           is_noncharacter(c);
}

bool is_bidi_override(char32_t c) noexcept { return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); }

bool is_mark(char32_t c) noexcept {
    const auto kind = category(c);
    return kind == UTF8PROC_CATEGORY_MN || kind == UTF8PROC_CATEGORY_MC || kind == UTF8PROC_CATEGORY_ME;
}

bool is_letter_or_digit(char32_t c) noexcept {
    switch (category(c)) {
        case UTF8PROC_CATEGORY_LU:
        case UTF8PROC_CATEGORY_LL:
        case UTF8PROC_CATEGORY_LT:
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_LO:
        case UTF8PROC_CATEGORY_ND:
            return !is_in(ignorable, c) && !is_in(drawn_as_separator, c);
        default:
            return false;
    }
}

}  // namespace loan_manager::validate
