#include "validate/vehicle_number.hpp"

#include <re2/re2.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>

#include "validate/characters.hpp"
#include "validate/text.hpp"
#include "validate/unicode.hpp"

namespace loan_manager::validate {
namespace {

/// The longest of the fields that take such a number.
constexpr TextLimit limit{100};

constexpr std::array<std::string_view, 8> placeholders{"NA",  "NIL", "NONE",    "NULL",
                                                       "TBA", "TBC", "UNKNOWN", "UNREGISTERED"};

#define LM_PROVINCES "WP|CP|SP|NP|EP|NW|NC|UP|SG"

// Composed for compatibility and in upper case. Upper case may bring up what composes, hence twice.
std::string fold(std::string_view typed) {
    std::string upper;
    for_each_code_point(compose(typed, Composition::compatible), [&](char32_t c) {
        if (c == U'\u00DF' || c == U'\u1E9E') {
            upper += "SS";  // the only letter without one in upper case that is in daily use
        } else {
            append_utf8(upper, static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(c))));
        }
    });
    return compose(upper, Composition::compatible);
}

bool is_joiner(char32_t c) noexcept { return c == 0x200C || c == 0x200D; }
bool stands_on_a_letter(char32_t c) noexcept { return is_mark(c) && !is_invisible(c); }

// Groups of letters and digits with the marks on them, one hyphen between two.
std::string grouped(std::string_view typed) {
    std::string text;
    bool separated = false;
    bool after_mark = false;
    for_each_code_point(fold(typed), [&](char32_t c) {
        const bool mark = stands_on_a_letter(c);
        // After a mark a joiner writes a conjunct, as in the Sinhala word of the older plates; many leave it out.
        if (after_mark && is_joiner(c)) return;
        // A mark on a separator goes with it.
        const bool kept = is_letter_or_digit(c) || (mark && !separated && !text.empty());
        after_mark = mark && kept;
        if (!kept) {
            separated = true;
            return;
        }
        if (separated && !text.empty()) text += '-';
        separated = false;
        append_utf8(text, c);
    });
    return text;
}

std::string letters_and_digits(std::string_view grouped_text) {
    std::string text;
    for_each_code_point(grouped_text, [&](char32_t c) {
        if (is_letter_or_digit(c)) append_utf8(text, c);
    });
    // Letters that were apart may compose now, as those of a Korean syllable do.
    return compose(text, Composition::compatible);
}

bool is_placeholder(std::string_view letters) {
    return letters.empty() || std::find(placeholders.begin(), placeholders.end(), letters) != placeholders.end();
}

// Hyphenates a plate whose letters and digits leave no doubt about its groups.
void split_if_plain(std::string& text) {
    static const re2::RE2 plain("(?:(" LM_PROVINCES ")-?)?([A-Z]{2,3})-?([0-9]{4})");
    std::string province;
    std::string series;
    std::string number;
    if (!re2::RE2::FullMatch(text, plain, &province, &series, &number)) return;
    text = (province.empty() ? "" : province + '-') + series + '-' + number;
}

std::string key_of(const std::string& text) {
    static const re2::RE2 with_province("(?:" LM_PROVINCES ")-(.*-.*)");
    std::string key;
    return re2::RE2::FullMatch(text, with_province, &key) ? key : text;
}

}  // namespace

Plate normalise_plate(std::string_view typed) {
    Plate plate;
    if (!is_within(typed, limit)) return plate;
    auto text = grouped(typed);
    if (is_placeholder(letters_and_digits(text))) return plate;
    split_if_plain(text);
    plate.key = key_of(text);
    plate.text = std::move(text);
    static const re2::RE2 usual("(?:[A-Z]{2,3}|[0-9]{1,3})-[0-9]{4}");
    plate.unusual = !re2::RE2::FullMatch(plate.key, usual);
    return plate;
}

std::string normalise_vehicle_number(std::string_view typed) {
    if (!is_within(typed, limit)) return {};
    auto number = letters_and_digits(grouped(typed));
    return is_placeholder(number) ? std::string() : number;
}

NumberSearch as_searched(std::string_view typed) {
    NumberSearch search;
    if (!is_within(typed, limit)) return search;
    const auto text = grouped(typed);
    std::copy_if(text.begin(), text.end(), std::back_inserter(search.plate), [](char c) { return c != '-'; });
    search.number = letters_and_digits(text);
    return search;
}

}  // namespace loan_manager::validate
