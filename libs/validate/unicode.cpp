#include "validate/unicode.hpp"

#include <utf8proc.h>

#include <array>
#include <cstdlib>
#include <memory>

#include "validate/characters.hpp"

namespace loan_manager::validate {
namespace {

thread_local std::uint64_t steps = 0;

struct Free {
    void operator()(utf8proc_uint8_t* p) const noexcept { std::free(p); }
};

const utf8proc_uint8_t* bytes(std::string_view text) noexcept {
    return reinterpret_cast<const utf8proc_uint8_t*>(text.data());
}

std::uint64_t cost_of_sorting(std::string_view text) {
    std::uint64_t cost = 0;
    std::uint64_t run = 0;
    for_each_code_point(text, [&](char32_t c) {
        run = is_mark(c) ? run + 1 : 0;
        cost += run;
    });
    return cost;
}

}  // namespace

std::uint64_t text_steps() noexcept { return steps; }
void count_text_steps(std::uint64_t more) noexcept { steps += more; }

std::string compose(std::string_view text, Composition form) {
    count_text_steps(text.size() + cost_of_sorting(text));
    const int compatible = form == Composition::compatible ? UTF8PROC_COMPAT : 0;
    const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | compatible);
    utf8proc_uint8_t* composed = nullptr;
    const auto size = utf8proc_map(bytes(text), static_cast<utf8proc_ssize_t>(text.size()), &composed, options);
    const std::unique_ptr<utf8proc_uint8_t, Free> owner(composed);
    if (size < 0) return std::string(text);
    return std::string(reinterpret_cast<const char*>(composed), static_cast<std::size_t>(size));
}

std::size_t decode_front(std::string_view text, char32_t& code_point) noexcept {
    if (text.empty()) return 0;
    utf8proc_int32_t c = 0;
    const auto length = utf8proc_iterate(bytes(text), static_cast<utf8proc_ssize_t>(text.size()), &c);
    if (length <= 0) return 0;
    code_point = static_cast<char32_t>(c);
    return static_cast<std::size_t>(length);
}

void append_utf8(std::string& text, char32_t code_point) {
    std::array<utf8proc_uint8_t, 4> encoded{};
    const auto length = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), encoded.data());
    text.append(reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(length));
}

}  // namespace loan_manager::validate
