// Kinds of Unicode code points that the rules of text (D-206) and of vehicle numbers (D-207, D-208) tell apart.
#pragma once

namespace loan_manager::validate {

/// The White_Space property.
bool is_white_space(char32_t c) noexcept;

/// Shows nothing by itself: white space, controls, format characters (zero-width, direction marks, byte order mark,
/// soft hyphen, tags), variation selectors, fillers and blanks of some scripts, noncharacters.
bool is_invisible(char32_t c) noexcept;

/// Embeddings, overrides and isolates of the bidirectional algorithm: text that reads otherwise than it is stored.
bool is_bidi_override(char32_t c) noexcept;

/// General category M: stands on the character before it.
bool is_mark(char32_t c) noexcept;

/// A visible letter (general category L) or decimal digit (Nd). Not the fillers, which are letters that show nothing,
/// nor the three letters that are drawn as a dash or a dot: they are separators to whoever reads them.
bool is_letter_or_digit(char32_t c) noexcept;

}  // namespace loan_manager::validate
