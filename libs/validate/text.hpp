// Text rules of D-206, usable on any UTF-8 string (imports, command line, seeds).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace loan_manager::validate {

enum class TextProblem {
    none,
    /// Not valid UTF-8, or a control character (a newline counts as one unless `multiline`).
    not_text,
};

/// Trims Unicode white space on both ends and composes to NFC, in place. `code_points` receives the length.
TextProblem normalise_text(std::string& text, bool multiline, std::size_t& code_points);

/// Number of Unicode code points of valid UTF-8.
std::size_t count_code_points(std::string_view text) noexcept;

bool is_valid_utf8(std::string_view text) noexcept;

}  // namespace loan_manager::validate
