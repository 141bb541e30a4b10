#include "money/money.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <stdexcept>

using namespace loan_manager::money;

namespace {
Money lkr(std::string_view text) { return Money::parse_signed(text).value(); }
}  // namespace

TEST_CASE("D-201 money is read strictly and written with two decimals") {
    CHECK(Money::parse("195000")->to_string() == "195000.00");
    CHECK(Money::parse("0.5")->cents() == 50);
    CHECK(Money::parse("0.05")->to_string() == "0.05");
    CHECK(Money::parse("999999999999.99")->cents() == 99'999'999'999'999);
    for (const auto* bad :
         {"", ".", "1.", ".5", "1.234", "-1", "+1", "1,000", " 1", "1 ", "1e3", "1000000000000", "١"}) {
        CAPTURE(bad);
        CHECK_FALSE(Money::parse(bad));
    }
    CHECK(Money::parse_signed("-0.05")->to_string() == "-0.05");
    CHECK_FALSE(Money::parse_signed("--1"));
    CHECK(Percent::parse("5")->to_string() == "5.00");
    CHECK(Percent::parse("12.8")->hundredths() == 1280);
    CHECK_FALSE(Percent::parse("1000"));
}

TEST_CASE("D-201 arithmetic never wraps") {
    CHECK_THROWS_AS(Money::from_cents(INT64_MAX) + Money::from_cents(1), std::overflow_error);
    CHECK_THROWS_AS(Money::from_cents(INT64_MIN) - Money::from_cents(1), std::overflow_error);
    CHECK(Money::from_cents(INT64_MIN).to_string() == "-92233720368547758.08");
}

TEST_CASE("D-202 shares and ratios are rounded half-up, away from zero") {
    CHECK(share_of(lkr("25000.00"), Percent::from_hundredths(500)) == lkr("1250.00"));
    CHECK(share_of(lkr("0.10"), Percent::from_hundredths(500)) == lkr("0.01"));    // 0.005
    CHECK(share_of(lkr("-0.10"), Percent::from_hundredths(500)) == lkr("-0.01"));  // -0.005
    CHECK(share_of(lkr("0.09"), Percent::from_hundredths(500)) == lkr("0.00"));
    CHECK(ratio(lkr("25000"), lkr("195000"))->to_string() == "12.82");
    CHECK(ratio(lkr("25000"), lkr("170000"))->to_string() == "14.71");
    CHECK(ratio(lkr("-1"), lkr("800"))->to_string() == "-0.13");  // -0.125
    CHECK_FALSE(ratio(lkr("1"), Money()));
}

TEST_CASE("D-202 a split is exact: largest remainder, ties in the listed order") {
    const std::array<std::int64_t, 4> shares{30, 50, 10, 10};
    const auto golden = split(lkr("1250.00"), shares);
    CHECK(golden == std::vector{lkr("375"), lkr("625"), lkr("125"), lkr("125")});

    const std::array<std::int64_t, 3> thirds{1, 1, 1};
    CHECK(split(lkr("0.02"), thirds) == std::vector{lkr("0.01"), lkr("0.01"), lkr("0.00")});
    const std::array<std::int64_t, 2> zero{0, 0};
    CHECK(split(lkr("5"), zero) == std::vector{Money(), Money()});
    CHECK_THROWS_AS(split(lkr("-1"), thirds), std::invalid_argument);

    for (std::int64_t cents = 0; cents < 500; ++cents) {
        Money sum;
        for (const auto part : split(Money::from_cents(cents), shares)) {
            sum += part;
        }
        REQUIRE(sum.cents() == cents);
    }
}

TEST_CASE("D-202 quantity × unit price is rounded half-up, away from zero") {
    const auto of = [](const char* text) { return Quantity::parse(text).value(); };
    CHECK(times(lkr("100.00"), of("2")) == lkr("200.00"));
    CHECK(times(lkr("0.33"), of("1.50")) == lkr("0.50"));   // 0.495
    CHECK(times(lkr("0.01"), of("0.49")) == lkr("0.00"));   // 0.0049
    CHECK(times(lkr("-0.01"), of("0.5")) == lkr("-0.01"));  // -0.005
    CHECK(times(lkr("999999999999.99"), of("1")) == lkr("999999999999.99"));
    CHECK_FALSE(times(lkr("999999999999.99"), of("1.01")));
    CHECK_FALSE(times(lkr("999999999999.99"), of("99999999.99")));

    CHECK(of("1.5").to_string() == "1.50");
    CHECK_FALSE(Quantity::parse("100000000"));
    CHECK_FALSE(Quantity::parse("1.005"));
    CHECK_FALSE(Quantity::parse("-1"));
    CHECK(is_storable(lkr("999999999999.99")));
    CHECK_FALSE(is_storable(lkr("999999999999.99") + lkr("0.01")));
}
