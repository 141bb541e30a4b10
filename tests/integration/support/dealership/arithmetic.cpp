#include "support/dealership/arithmetic.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <stdexcept>

namespace loan_manager::testing::dealership {

std::int64_t decimal(std::string_view text) {
    const bool negative = text.starts_with('-');
    std::string_view rest = negative ? text.substr(1) : text;
    const auto point = rest.find('.');
    const std::string_view whole = rest.substr(0, point);
    std::string fraction(point == std::string_view::npos ? std::string_view() : rest.substr(point + 1));
    if (whole.empty() || fraction.size() > 2) throw std::runtime_error("no amount: " + std::string(text));
    fraction.resize(2, '0');
    std::int64_t value = 0;
    for (char digit : std::string(whole) + fraction) {
        if (digit < '0' || digit > '9') throw std::runtime_error("no amount: " + std::string(text));
        value = value * 10 + (digit - '0');
    }
    return negative ? -value : value;
}

std::string text(std::int64_t hundredths) {
    char buffer[32];
    const std::int64_t size = std::abs(hundredths);
    std::snprintf(buffer, sizeof buffer, "%s%lld.%02lld", hundredths < 0 ? "-" : "", static_cast<long long>(size / 100),
                  static_cast<long long>(size % 100));
    return buffer;
}

std::int64_t rounded(__int128 n, __int128 d) {
    const __int128 size = n < 0 ? -n : n;
    const __int128 result = (2 * size + d) / (2 * d);
    return static_cast<std::int64_t>(n < 0 ? -result : result);
}

Cents line_amount(Hundredths quantity, Cents unit) { return rounded(static_cast<__int128>(quantity) * unit, 100); }

Hundredths percent_of(Cents part, Cents whole) { return rounded(static_cast<__int128>(part) * 10000, whole); }

Day day_of(std::string_view iso) {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    if (std::sscanf(std::string(iso).c_str(), "%d-%u-%u", &year, &month, &day) != 3) {
        throw std::runtime_error("no day: " + std::string(iso));
    }
    const std::chrono::sys_days days = std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
    return days.time_since_epoch().count();
}

std::string iso(Day day) {
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02u", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return buffer;
}

std::string month_of(Day day) { return iso(day).substr(0, 7); }

Day today() {
    const auto colombo = std::chrono::system_clock::now() + std::chrono::minutes(5 * 60 + 30);
    return std::chrono::floor<std::chrono::days>(colombo).time_since_epoch().count();
}

namespace {

/// D-803: `total` among the shares by largest remainder, ties to the share listed first.
std::vector<Cents> largest_remainder(Cents total, const std::vector<Hundredths>& shares) {
    Hundredths sum = 0;
    for (Hundredths share : shares) sum += share;
    std::vector<Cents> parts;
    std::vector<std::pair<__int128, std::size_t>> remainders;
    Cents given = 0;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        const __int128 exact = static_cast<__int128>(total) * shares[i];
        parts.push_back(static_cast<Cents>(exact / sum));
        given += parts.back();
        remainders.emplace_back(-(exact % sum), i);
    }
    std::sort(remainders.begin(), remainders.end());
    for (std::size_t i = 0; given < total; ++i, ++given) ++parts[remainders[i].second];
    return parts;
}

}  // namespace

Shares commissions_of(const Rule& rule, const SaleFacts& sale) {
    Shares result;
    const Cents profit = sale.price - sale.cost;
    if (profit <= 0 && !rule.pay_on_loss) return result;
    result.base = rule.on_profit ? profit : sale.price;
    result.pool = rounded(static_cast<__int128>(result.base) * rule.pool_rate, 10000);
    if (result.pool <= 0) return result;

    std::vector<std::string> kinds;
    std::vector<Hundredths> shares;
    const auto add = [&](const char* kind, Hundredths share) {
        if (share == 0) return;
        kinds.emplace_back(kind);
        shares.push_back(share);
    };
    add("BUYER", rule.buyer);
    add("SELLER", rule.seller);
    if (rule.garage_kind == "PERCENTAGE" && sale.garage_worked) add("GARAGE", rule.garage);
    add("SALES_OFFICER", rule.officer);
    Hundredths sum = 0;
    for (Hundredths share : shares) sum += share;
    const Cents distributed = rounded(static_cast<__int128>(result.pool) * sum, 10000);
    if (sum > 0) {
        const std::vector<Cents> parts = largest_remainder(distributed, shares);
        for (std::size_t i = 0; i < kinds.size(); ++i) {
            if (parts[i] > 0) result.amounts[kinds[i]] = parts[i];
        }
    }
    if (rule.garage_kind == "FIXED" && sale.garage_worked) {
        const Cents garage = std::min(rule.garage_amount, result.pool - distributed);
        if (garage > 0) result.amounts["GARAGE"] = garage;
    }
    return result;
}

}  // namespace loan_manager::testing::dealership
