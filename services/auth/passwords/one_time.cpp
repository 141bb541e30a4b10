#include "auth/passwords/one_time.hpp"

#include <array>

#include "validate/issue.hpp"
#include "validate/text.hpp"

namespace loan_manager::auth::passwords {
namespace {

// No 0, 1, i, l, o: they look like one another on paper.
constexpr std::string_view alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
constexpr std::size_t groups = 4;
constexpr std::size_t group_size = 5;

constexpr std::size_t min_length = 10;
constexpr std::size_t max_length = 128;

// Without bias: bytes beyond the largest multiple of the alphabet's size are drawn again.
char draw(const runtime::RandomSource& random) {
    constexpr std::size_t limit = 256 / alphabet.size() * alphabet.size();
    for (;;) {
        std::array<std::uint8_t, 1> byte{};
        random(byte);
        if (byte[0] < limit) return alphabet[byte[0] % alphabet.size()];
    }
}

}  // namespace

std::string one_time_password(const runtime::RandomSource& random) {
    std::string password;
    for (std::size_t group = 0; group < groups; ++group) {
        if (group != 0) password += '-';
        for (std::size_t i = 0; i < group_size; ++i) password += draw(random);
    }
    return password;
}

validate::IssueToken password_issue(std::string_view password) {
    if (password.empty()) return validate::issue::required;
    if (!validate::is_valid_utf8(password)) return validate::issue::format;
    const std::size_t length = validate::count_code_points(password);
    if (length < min_length) return validate::issue::too_short;
    if (length > max_length) return validate::issue::too_long;
    return {};
}

}  // namespace loan_manager::auth::passwords
