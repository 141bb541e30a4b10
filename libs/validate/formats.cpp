#include "validate/formats.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

#include "validate/issue.hpp"
#include "validate/text.hpp"

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

// The parts of `-?digits[.digits]`.
struct Decimal {
    bool negative = false;
    std::string_view whole;  // without leading zeros; empty for zero
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
    decimal.negative = text.starts_with('-');
    if (decimal.negative) text.remove_prefix(1);
    const std::size_t point = text.find('.');
    decimal.whole = text.substr(0, point);
    if (!all_digits(decimal.whole)) return false;
    if (point != std::string_view::npos) {
        decimal.fraction = text.substr(point + 1);
        if (!all_digits(decimal.fraction) || decimal.fraction.size() > 2) return false;
    }
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
    if (amount.whole.size() > 12 || (amount.negative && !amount.is_zero()) || (positive && amount.is_zero())) {
        return issue::out_of_range;
    }
    text = amount.canonical();
    return ok;
}

IssueToken check_percent(std::string& text) {
    Decimal percent;
    if (!parse_decimal(text, percent)) return issue::format;
    if (percent.negative && !percent.is_zero()) return issue::out_of_range;
    const bool hundred = percent.whole == "100" && percent.fraction.find_first_not_of('0') == std::string_view::npos;
    if (percent.whole.size() > 2 && !hundred) return issue::out_of_range;
    text = percent.canonical();
    return ok;
}

IssueToken check_phone(std::string& text) {
    const std::string_view t = text;
    if (t.starts_with('+')) return t.size() >= 9 && t.size() <= 16 && all_digits(t.substr(1)) ? ok : issue::format;
    if (t.size() != 10 || t.front() != '0' || !all_digits(t)) return issue::format;
    text = "+94" + text.substr(1);
    return ok;
}

IssueToken check_email(std::string& text) {
    const std::size_t at = text.find('@');
    const bool one = at != std::string::npos && text.find('@', at + 1) == std::string::npos;
    if (!one || at == 0 || at + 1 == text.size() || text.find(' ') != std::string::npos) return issue::format;
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
