#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace loan_manager::money {

/// An amount of LKR in whole cents (D-201). Arithmetic throws std::overflow_error instead of wrapping; every amount the
/// database can hold (numeric(14,2)) fits with room to spare.
class Money {
public:
    constexpr Money() = default;

    static constexpr Money from_cents(std::int64_t cents) { return Money(cents); }
    /// An input: up to 12 digits, optionally a point and 1 or 2 decimals. Nothing else, no sign.
    static std::optional<Money> parse(std::string_view text);
    /// A numeric(14,2) as PostgreSQL writes it: also with a sign.
    static std::optional<Money> parse_signed(std::string_view text);

    constexpr std::int64_t cents() const { return cents_; }
    /// Always two decimals: "195000.00", "-0.05".
    std::string to_string() const;

    friend constexpr auto operator<=>(Money, Money) = default;
    friend Money operator+(Money a, Money b);
    friend Money operator-(Money a, Money b);
    friend Money operator-(Money a) { return Money() - a; }
    Money& operator+=(Money other) { return *this = *this + other; }
    Money& operator-=(Money other) { return *this = *this - other; }

private:
    explicit constexpr Money(std::int64_t cents) : cents_(cents) {}
    std::int64_t cents_ = 0;
};

/// A percentage in hundredths of a percent: "5.00" is 500.
class Percent {
public:
    constexpr Percent() = default;
    static constexpr Percent from_hundredths(std::int64_t hundredths) { return Percent(hundredths); }
    /// Up to 3 digits, optionally a point and 1 or 2 decimals.
    static std::optional<Percent> parse(std::string_view text);
    constexpr std::int64_t hundredths() const { return hundredths_; }
    std::string to_string() const;
    friend constexpr auto operator<=>(Percent, Percent) = default;

private:
    explicit constexpr Percent(std::int64_t hundredths) : hundredths_(hundredths) {}
    std::int64_t hundredths_ = 0;
};

/// How much of something, in hundredths: pieces, or hours of work. "1.50" is 150.
class Quantity {
public:
    constexpr Quantity() = default;
    static constexpr Quantity from_hundredths(std::int64_t hundredths) { return Quantity(hundredths); }
    /// Up to 8 digits, optionally a point and 1 or 2 decimals: what numeric(10,2) holds, without a sign.
    static std::optional<Quantity> parse(std::string_view text);
    constexpr std::int64_t hundredths() const { return hundredths_; }
    std::string to_string() const;
    friend constexpr auto operator<=>(Quantity, Quantity) = default;

private:
    explicit constexpr Quantity(std::int64_t hundredths) : hundredths_(hundredths) {}
    std::int64_t hundredths_ = 0;
};

/// Whether numeric(14,2) holds it. Sums and products of amounts must be asked before they are stored.
constexpr bool is_storable(Money amount) {
    constexpr std::int64_t limit = 99'999'999'999'999;
    return amount.cents() >= -limit && amount.cents() <= limit;
}

/// `unit` × `quantity`, rounded half-up away from zero to cents (D-202); nothing if that is more than can be stored.
std::optional<Money> times(Money unit, Quantity quantity);

/// `amount` × `rate`, rounded half-up away from zero to cents (D-202).
Money share_of(Money amount, Percent rate);

/// `part` ÷ `whole` × 100, rounded half-up away from zero to two decimals; nothing when `whole` is zero.
std::optional<Percent> ratio(Money part, Money whole);

/// Distributes `total` in proportion to `weights` so that the parts sum to it exactly: largest remainder, ties in the
/// order given (D-202). Negative weights or totals are a std::invalid_argument; all weights zero gives all zeros.
std::vector<Money> split(Money total, std::span<const std::int64_t> weights);

}  // namespace loan_manager::money
