#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace loan_manager::runtime {

/// Sri Lanka's offset from UTC. It has had no daylight saving since 2006, so no time zone database is needed.
inline constexpr std::chrono::minutes colombo_offset{5 * 60 + 30};

using Date = std::chrono::year_month_day;
using WallTime = std::chrono::system_clock::time_point;

/// The business date at that instant: the date in Asia/Colombo.
Date colombo_date(WallTime instant);

/// The instant at which that Colombo date, at that time of day, begins. `date` must be valid (`date.ok()`).
WallTime colombo_instant(Date date, std::chrono::minutes time_of_day = std::chrono::minutes{0});

/// The first instant strictly after `after` at which clocks in Colombo show `time_of_day`; for daily schedules.
WallTime next_colombo(WallTime after, std::chrono::minutes time_of_day);

/// `YYYY-MM-DD`
std::string format_date(Date date);
/// Reads exactly `YYYY-MM-DD` naming a day that exists, years 0001 to 9999.
std::optional<Date> parse_date(std::string_view text);

/// `2026-11-22T17:55:31.123Z`: UTC, always three decimals; finer parts are cut off, not rounded.
std::string format_rfc3339(WallTime instant);
/// Reads an RFC 3339 date-time with `Z` or a numeric offset and up to nine decimals (cut to the clock's precision).
std::optional<WallTime> parse_rfc3339(std::string_view text);

}  // namespace loan_manager::runtime
