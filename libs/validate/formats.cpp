#include "validate/formats.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

#include "validate/characters.hpp"
#include "validate/issue.hpp"
#include "validate/text.hpp"
#include "validate/unicode.hpp"

namespace loan_manager::validate {
namespace {

constexpr IssueToken ok{};

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
bool is_hex(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool all_digits(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}
int number(std::string_view digits) noexcept {
    int value = 0;
    for (const char c : digits) value = value * 10 + (c - '0');
    return value;
}

// More than anybody types of a number; what is longer is not read to its end.
constexpr std::size_t max_typed_number = 64;
constexpr std::size_t max_money_digits = 12;
constexpr std::size_t max_quantity_digits = 8;

// The parts of `-?digits[.digits]`.
struct Decimal {
    bool negative = false;
    std::size_t typed_digits = 0;  // before the point
    std::string_view whole;        // without leading zeros; empty for zero
    std::string_view fraction;

    bool is_zero() const noexcept { return whole.empty() && fraction.find_first_not_of('0') == std::string_view::npos; }
    // With exactly two decimals; `fraction` has at most two.
    std::string canonical() const {
        std::string text(whole.empty() ? std::string_view("0") : whole);
        text += '.';
        text += fraction;
        text.append(2 - fraction.size(), '0');
        return text;
    }
};

bool parse_decimal(std::string_view text, Decimal& decimal) {
    if (text.size() > max_typed_number) return false;
    decimal.negative = text.starts_with('-');
    if (decimal.negative) text.remove_prefix(1);
    const std::size_t point = text.find('.');
    decimal.whole = text.substr(0, point);
    if (!all_digits(decimal.whole)) return false;
    if (point != std::string_view::npos) {
        decimal.fraction = text.substr(point + 1);
        if (!all_digits(decimal.fraction) || decimal.fraction.size() > 2) return false;
    }
    decimal.typed_digits = decimal.whole.size();
    decimal.whole.remove_prefix(std::min(decimal.whole.find_first_not_of('0'), decimal.whole.size()));
    return true;
}

}  // namespace

IssueToken check_uuid(std::string& text) {
    if (text.size() != 36) return issue::format;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !is_hex(text[i])) return issue::format;
    }
    for (char& c : text) {
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    }
    return ok;
}

IssueToken check_uuid_or_code(std::string& text) {
    if (text.size() >= 2 && text.size() <= 10 && std::all_of(text.begin(), text.end(), is_upper)) return ok;
    return check_uuid(text);
}

IssueToken check_date(std::string& text) {
    using namespace std::chrono;
    const std::string_view t = text;
    if (t.size() != 10 || t[4] != '-' || t[7] != '-') return issue::format;
    if (!all_digits(t.substr(0, 4)) || !all_digits(t.substr(5, 2)) || !all_digits(t.substr(8, 2))) {
        return issue::format;
    }
    const year_month_day day{year{number(t.substr(0, 4))}, month{static_cast<unsigned>(number(t.substr(5, 2)))},
                             std::chrono::day{static_cast<unsigned>(number(t.substr(8, 2)))}};
    return day.ok() && day.year() >= year{1} ? ok : issue::format;
}

IssueToken check_month(std::string& text) {
    std::string first_day = text + "-01";
    return check_date(first_day);
}

IssueToken check_money(std::string& text, bool positive) {
    Decimal amount;
    if (!parse_decimal(text, amount)) return issue::format;
    if (amount.negative || amount.typed_digits > max_money_digits || (positive && amount.is_zero())) {
        return issue::out_of_range;
    }
    text = amount.canonical();
    return ok;
}

IssueToken check_signed_money(std::string& text) {
    Decimal amount;
    if (!parse_decimal(text, amount) || (amount.negative && amount.is_zero())) return issue::format;
    if (amount.typed_digits > max_money_digits) return issue::out_of_range;
    text = (amount.negative ? "-" : "") + amount.canonical();
    return ok;
}

IssueToken check_percent(std::string& text) {
    Decimal percent;
    if (!parse_decimal(text, percent)) return issue::format;
    if (percent.negative || percent.typed_digits > max_money_digits) return issue::out_of_range;
    const bool hundred = percent.whole == "100" && percent.fraction.find_first_not_of('0') == std::string_view::npos;
    if (percent.whole.size() > 2 && !hundred) return issue::out_of_range;
    text = percent.canonical();
    return ok;
}

IssueToken check_quantity(std::string& text) {
    Decimal quantity;
    if (!parse_decimal(text, quantity) || quantity.negative || quantity.typed_digits > max_quantity_digits) {
        return issue::format;
    }
    text = quantity.canonical();
    return ok;
}

IssueToken check_phone(std::string& text) {
    std::string_view t = text;
    constexpr std::string_view sri_lanka = "+94";
    const auto is_national = [](std::string_view digits) {
        return digits.size() == 9 && digits.front() != '0' && all_digits(digits);
    };
    if (t.starts_with(sri_lanka)) return is_national(t.substr(sri_lanka.size())) ? ok : issue::format;
    if (t.starts_with('+')) {
        t.remove_prefix(1);
        return t.size() >= 8 && t.size() <= 15 && t.front() != '0' && all_digits(t) ? ok : issue::format;
    }
    if (!t.starts_with('0') || !is_national(t.substr(1))) return issue::format;
    text = std::string(sri_lanka) + text.substr(1);
    return ok;
}

IssueToken check_email(std::string& text) {
    const std::size_t at = text.find('@');
    const bool one = at != std::string::npos && text.find('@', at + 1) == std::string::npos;
    bool gap = false;
    for_each_code_point(text, [&](char32_t c) { gap = gap || is_invisible(c); });
    if (!one || at == 0 || at + 1 == text.size() || gap) return issue::format;
    return count_code_points(text) <= 200 ? ok : issue::too_long;
}

// An old card number (9 digits, V or X) is also a possible passport number, so the letter decides nothing.
IssueToken check_nic(std::string& text) {
    std::string upper = text;
    for (char& c : upper) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    const auto known = [](char c) { return is_digit(c) || is_upper(c); };
    if (upper.size() < 6 || upper.size() > 12 || !std::all_of(upper.begin(), upper.end(), known)) return issue::format;
    if (all_digits(upper) && upper.size() != 12) return issue::format;
    text = std::move(upper);
    return ok;
}

}  // namespace loan_manager::validate
