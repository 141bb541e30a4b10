#include "validate/text.hpp"

#include <algorithm>

#include "validate/characters.hpp"
#include "validate/unicode.hpp"

namespace loan_manager::validate {
namespace {

bool is_plain_ascii(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::string_view last_code_point(std::string_view text) noexcept {
    std::size_t start = text.size() - 1;
    while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0U) == 0x80U) --start;
    return text.substr(start);
}

// Of valid UTF-8.
std::string_view trim(std::string_view text) noexcept {
    char32_t c = 0;
    while (const std::size_t length = decode_front(text, c)) {
        if (!is_white_space(c)) break;
        text.remove_prefix(length);
    }
    while (!text.empty()) {
        const auto last = last_code_point(text);
        decode_front(last, c);
        if (!is_white_space(c)) break;
        text.remove_suffix(last.size());
    }
    return text;
}

std::string with_plain_newlines(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') out += text[i];
    }
    return out;
}

bool is_control(char32_t c) noexcept { return c < 0x20 || (c >= 0x7F && c <= 0x9F); }

bool has_refused_character(std::string_view text, bool multiline) {
    bool refused = false;
    for_each_code_point(text, [&](char32_t c) {
        refused = refused || (is_control(c) && !(multiline && c == U'\n')) || is_bidi_override(c);
    });
    return refused;
}

bool shows_nothing(std::string_view text) {
    bool visible = false;
    for_each_code_point(text, [&](char32_t c) { visible = visible || !is_invisible(c); });
    return !visible;
}

bool has_bounded_marks(std::string_view text) {
    std::size_t run = 0;
    std::size_t longest = 0;
    for_each_code_point(text, [&](char32_t c) {
        run = is_mark(c) ? run + 1 : 0;
        longest = std::max(longest, run);
    });
    return longest <= max_marks_in_a_row;
}

}  // namespace

TextProblem normalise_text(std::string& text, const TextRules& rules, std::size_t& code_points) {
    code_points = 0;
    if (text.size() > rules.limit.bytes()) return TextProblem::too_long;
    count_text_steps(text.size());
    if (is_plain_ascii(text)) {
        const std::size_t first = std::min(text.find_first_not_of(' '), text.size());
        text.erase(text.find_last_not_of(' ') + 1);
        text.erase(0, std::min(first, text.size()));
    } else {
        if (!is_valid_utf8(text) || !has_bounded_marks(text)) return TextProblem::not_text;
        std::string trimmed(trim(text));
        if (rules.multiline) trimmed = with_plain_newlines(trimmed);
        if (has_refused_character(trimmed, rules.multiline)) return TextProblem::not_text;
        text = shows_nothing(trimmed) ? std::string() : compose(trimmed, Composition::canonical);
        // Some marks are two marks once they are composed.
        if (!has_bounded_marks(text)) return TextProblem::not_text;
    }
    code_points = count_code_points(text);
    return code_points > rules.limit.code_points ? TextProblem::too_long : TextProblem::none;
}

bool is_within(std::string_view text, TextLimit limit) noexcept {
    return text.size() <= limit.bytes() && is_valid_utf8(text) && has_bounded_marks(text);
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
        char32_t c = 0;
        const std::size_t length = decode_front(text, c);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

}  // namespace loan_manager::validate
