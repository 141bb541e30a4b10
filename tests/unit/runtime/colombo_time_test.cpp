#include "runtime/colombo_time.hpp"

#include <doctest/doctest.h>

using namespace loan_manager::runtime;
using namespace std::chrono_literals;
using std::chrono::sys_days;

TEST_CASE("D-204 today is the date in Colombo") {
    CHECK(format_date(colombo_date(sys_days{2026y / 11 / 22} + 18h + 29min + 59s)) == "2026-11-22");
    CHECK(format_date(colombo_date(sys_days{2026y / 11 / 22} + 18h + 30min)) == "2026-11-23");
    CHECK(colombo_instant(2026y / 11 / 23) == sys_days{2026y / 11 / 22} + 18h + 30min);
}

TEST_CASE("a daily time in Colombo comes next today or tomorrow, never now") {
    const WallTime two = sys_days{2026y / 11 / 22} + 20h + 30min;  // 02:00 on the 23rd
    CHECK(next_colombo(two - 1ns, 2h) == two);
    CHECK(next_colombo(two, 2h) == two + 24h);
    CHECK(next_colombo(sys_days{2026y / 11 / 22} + 21h, 2h) == two + 24h);
}

TEST_CASE("D-204 timestamps are RFC 3339 UTC with milliseconds, cut off") {
    CHECK(format_rfc3339(sys_days{2026y / 1 / 2} + 3h + 4min + 5s + 6'999'999ns) == "2026-01-02T03:04:05.006Z");
    CHECK(format_rfc3339(WallTime{-1ns}) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("timestamps are read with any offset and precision") {
    const WallTime expected = sys_days{2026y / 1 / 2} + 3h + 4min + 5s;
    CHECK(parse_rfc3339("2026-01-02T03:04:05Z") == expected);
    CHECK(parse_rfc3339("2026-01-02t08:34:05.000000001+05:30") == expected + 1ns);
    CHECK(parse_rfc3339("2026-01-01T22:04:05.5-05:00") == expected + 500ms);
    for (const char* bad : {"", "2026-01-02", "2026-01-02 03:04:05Z", "2026-01-02T03:04:05", "2026-01-02T24:00:00Z",
                            "2026-01-02T03:60:00Z", "2026-01-02T03:04:60Z", "2026-02-29T03:04:05Z",
                            "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05.1234567890Z", "2026-01-02T03:04:05+0530",
                            "2026-01-02T03:04:05+24:00", "2026-01-02T03:04:05Zx", "9999-01-01T00:00:00Z"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_rfc3339(bad));
    }
}

TEST_CASE("D-204 dates are YYYY-MM-DD and exist") {
    CHECK(parse_date("2028-02-29") == Date{2028y / 2 / 29});
    for (const char* bad : {"", "2027-02-29", "2027-2-01", "2027-13-01", "2027-01-00", "0000-01-01", "2027-01-01 ",
                            "27-01-01", "2027/01/01", "+027-01-01"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_date(bad));
    }
}
