#include "money/money.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace loan_manager::money {
namespace {

// Products of two amounts exceed 64 bits; GCC and Clang have 128.
__extension__ using Wide = __int128;

constexpr std::size_t max_whole_digits = 12;
constexpr std::size_t max_quantity_digits = 8;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// digits{1,max_whole}(.digits{1,2})? as hundredths.
std::optional<std::int64_t> parse_hundredths(std::string_view text, std::size_t max_whole) {
    std::size_t at = 0;
    std::int64_t value = 0;
    while (at < text.size() && is_digit(text[at])) {
        if (at == max_whole) {
            return std::nullopt;
        }
        value = value * 10 + (text[at++] - '0');
    }
    if (at == 0) {
        return std::nullopt;
    }
    value *= 100;
    if (at == text.size()) {
        return value;
    }
    if (text[at++] != '.' || at == text.size() || text.size() - at > 2) {
        return std::nullopt;
    }
    for (std::int64_t weight = 10; at < text.size(); weight /= 10) {
        if (!is_digit(text[at])) {
            return std::nullopt;
        }
        value += weight * (text[at++] - '0');
    }
    return value;
}

std::string format_hundredths(std::int64_t value) {
    // Negating the smallest value would overflow, so the magnitude is unsigned.
    const std::uint64_t magnitude =
        value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    std::string text = std::to_string(magnitude / 100);
    const auto rest = static_cast<char>(magnitude % 100);
    text += '.';
    text += static_cast<char>('0' + rest / 10);
    text += static_cast<char>('0' + rest % 10);
    return value < 0 ? "-" + text : text;
}

std::int64_t narrow(Wide value) {
    if (value > INT64_MAX || value < INT64_MIN) {
        throw std::overflow_error("amount out of range");
    }
    return static_cast<std::int64_t>(value);
}

// Half-up, away from zero. `divisor` is positive.
Wide divide_rounded(Wide value, Wide divisor) {
    const Wide magnitude = value < 0 ? -value : value;
    const Wide rounded = (magnitude * 2 + divisor) / (divisor * 2);
    return value < 0 ? -rounded : rounded;
}

}  // namespace

std::optional<Money> Money::parse(std::string_view text) {
    const auto cents = parse_hundredths(text, max_whole_digits);
    return cents ? std::optional(Money(*cents)) : std::nullopt;
}

std::optional<Money> Money::parse_signed(std::string_view text) {
    const bool negative = text.starts_with('-');
    const auto amount = parse(negative ? text.substr(1) : text);
    return amount && negative ? std::optional(-*amount) : amount;
}

std::string Money::to_string() const { return format_hundredths(cents_); }

Money operator+(Money a, Money b) { return Money(narrow(Wide(a.cents_) + b.cents_)); }
Money operator-(Money a, Money b) { return Money(narrow(Wide(a.cents_) - b.cents_)); }

std::optional<Percent> Percent::parse(std::string_view text) {
    const auto hundredths = parse_hundredths(text, 3);
    return hundredths ? std::optional(Percent(*hundredths)) : std::nullopt;
}

std::string Percent::to_string() const { return format_hundredths(hundredths_); }

std::optional<Quantity> Quantity::parse(std::string_view text) {
    const auto hundredths = parse_hundredths(text, max_quantity_digits);
    return hundredths ? std::optional(Quantity(*hundredths)) : std::nullopt;
}

std::string Quantity::to_string() const { return format_hundredths(hundredths_); }

std::optional<Money> times(Money unit, Quantity quantity) {
    const Wide cents = divide_rounded(Wide(unit.cents()) * quantity.hundredths(), 100);
    if (cents > INT64_MAX || cents < INT64_MIN || !is_storable(Money::from_cents(static_cast<std::int64_t>(cents)))) {
        return std::nullopt;
    }
    return Money::from_cents(static_cast<std::int64_t>(cents));
}

Money share_of(Money amount, Percent rate) {
    return Money::from_cents(narrow(divide_rounded(Wide(amount.cents()) * rate.hundredths(), 10'000)));
}

std::optional<Percent> ratio(Money part, Money whole) {
    if (whole.cents() == 0) {
        return std::nullopt;
    }
    const Wide sign = whole.cents() < 0 ? -1 : 1;
    return Percent::from_hundredths(narrow(divide_rounded(Wide(part.cents()) * 10'000 * sign, whole.cents() * sign)));
}

std::vector<Money> split(Money total, std::span<const std::int64_t> weights) {
    if (total.cents() < 0 || std::any_of(weights.begin(), weights.end(), [](std::int64_t w) { return w < 0; })) {
        throw std::invalid_argument("split needs a total and weights that are not negative");
    }
    std::vector<Money> parts(weights.size());
    const Wide sum = std::accumulate(weights.begin(), weights.end(), Wide{0});
    if (sum == 0) {
        return parts;
    }
    std::vector<Wide> remainders(weights.size());
    std::int64_t left = total.cents();
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const Wide exact = Wide(total.cents()) * weights[i];
        parts[i] = Money::from_cents(narrow(exact / sum));
        remainders[i] = exact % sum;
        left -= parts[i].cents();
    }
    std::vector<std::size_t> order(weights.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return remainders[a] > remainders[b]; });
    for (std::size_t i = 0; left > 0; ++i, --left) {
        parts[order[i]] += Money::from_cents(1);
    }
    return parts;
}

}  // namespace loan_manager::money
