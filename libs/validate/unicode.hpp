// UTF-8 and normal forms: the only place that hands text to the Unicode library, and that counts what it is given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace loan_manager::validate {

enum class Composition { canonical /* NFC */, compatible /* NFKC */ };

/// `text` composed. It must be valid UTF-8 (else it comes back as it is) and its runs of marks bounded: the library
/// sorts each run in quadratic time.
std::string compose(std::string_view text, Composition form);

/// Steps of work on text done by this thread: code points looked at, bytes composed, and the square of each run of
/// marks composed. Tests bound it by the limits of a field, whatever is sent.
std::uint64_t text_steps() noexcept;
void count_text_steps(std::uint64_t steps) noexcept;

/// Decodes the code point at the front of `text`; its length in bytes, 0 if it is not UTF-8 (or `text` is empty).
std::size_t decode_front(std::string_view text, char32_t& code_point) noexcept;

void append_utf8(std::string& text, char32_t code_point);

/// Calls `visit` with each code point of valid UTF-8.
template <class Visit>
void for_each_code_point(std::string_view text, Visit visit) {
    char32_t c = 0;
    while (const std::size_t length = decode_front(text, c)) {
        count_text_steps(1);
        visit(c);
        text.remove_prefix(length);
    }
}

}  // namespace loan_manager::validate
