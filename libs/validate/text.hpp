// Text rules of D-206, usable on any UTF-8 string (imports, command line, seeds).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace loan_manager::validate {

/// The longest a text may be, in code points once it is composed.
///
/// From it follows what is looked at at all: a composed code point comes from at most four, each of at most four bytes,
/// so a longer string is refused by its size alone.
struct TextLimit {
    std::size_t code_points;

    constexpr std::size_t bytes() const { return code_points * 16; }
};

/// Marks in a row that a text may have: the length UAX #15 sets for its stream-safe format, far beyond what any
/// language writes. Composing sorts each run, in the square of its length.
inline constexpr std::size_t max_marks_in_a_row = 30;

struct TextRules {
    TextLimit limit;
    bool multiline = false;
};

enum class TextProblem {
    none,
    /// Not valid UTF-8; a control character (a newline counts as one unless `multiline`, a carriage return outside CRLF
    /// always); a bidirectional override; too many marks in a row.
    not_text,
    /// Longer than the limit.
    too_long,
};

/// Trims Unicode white space on both ends, makes CRLF a newline where newlines are allowed, and composes to NFC, in
/// place. Text that shows nothing – only white space and invisible characters – becomes empty. `code_points` receives
/// the length. The work is bounded by the limit, whatever is passed.
TextProblem normalise_text(std::string& text, const TextRules& rules, std::size_t& code_points);

/// Whether a text is short enough, in bytes and in its runs of marks, to be given to the Unicode library.
bool is_within(std::string_view text, TextLimit limit) noexcept;

/// Number of Unicode code points of valid UTF-8.
std::size_t count_code_points(std::string_view text) noexcept;

bool is_valid_utf8(std::string_view text) noexcept;

}  // namespace loan_manager::validate
