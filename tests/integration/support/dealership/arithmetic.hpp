// The arithmetic of D-202, D-701 and D-802 to D-806 once more, written from the specification and sharing nothing with
// the services: what a careful customer would work out with pencil and paper.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace loan_manager::testing::dealership {

/// LKR cents.
using Cents = std::int64_t;
/// Hundredths: percentages ("12.82" is 1282) and quantities ("1.25" is 125).
using Hundredths = std::int64_t;

/// "195000.00" or "-12.5" as cents; throws on anything else.
std::int64_t decimal(std::string_view text);
/// Always with two decimals.
std::string text(std::int64_t hundredths);

/// n / d rounded half away from zero (D-202); d > 0.
std::int64_t rounded(__int128 n, __int128 d);

/// D-202 the amount of a line.
Cents line_amount(Hundredths quantity, Cents unit);
/// D-701 `part` as a percentage of `whole`, two decimals.
Hundredths percent_of(Cents part, Cents whole);

/// A day as the count since 1970-01-01.
using Day = std::int64_t;
Day day_of(std::string_view iso);
std::string iso(Day day);
/// "2026-11", the period of a day.
std::string month_of(Day day);
/// Today in Asia/Colombo (D-204).
Day today();

/// A commission rule as D-801 to D-806 read it.
struct Rule {
    std::string company = {};
    Day from = 0;
    Day to = 0;
    bool on_profit = true;
    Hundredths pool_rate = 500;
    Hundredths buyer = 0;
    Hundredths seller = 0;
    Hundredths officer = 0;
    /// "PERCENTAGE", "FIXED" or "NONE".
    std::string garage_kind = "NONE";
    Hundredths garage = 0;
    Cents garage_amount = 0;
    bool pay_on_loss = false;
};

struct SaleFacts {
    Cents price = 0;
    Cents cost = 0;
    /// Whether a completed stock job exists, so that the garage has a payee (D-806).
    bool garage_worked = false;
};

struct Shares {
    Cents base = 0;
    Cents pool = 0;
    /// Amount by kind; kinds that get nothing are absent.
    std::map<std::string, Cents> amounts;
};

Shares commissions_of(const Rule& rule, const SaleFacts& sale);

}  // namespace loan_manager::testing::dealership
