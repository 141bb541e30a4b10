#include "runtime/colombo_time.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace loan_manager::runtime {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::sys_days;

/// Reads fixed-width digits off the front of the text.
class Digits {
public:
    explicit Digits(std::string_view text) : text_(text) {}

    int number(std::size_t width) {
        if (text_.size() < width) {
            ok_ = false;
            return 0;
        }
        int value = 0;
        for (std::size_t index = 0; index != width; ++index) {
            const char c = text_[index];
            ok_ = ok_ && c >= '0' && c <= '9';
            value = value * 10 + (c - '0');
        }
        text_.remove_prefix(width);
        return value;
    }

    bool accept(char c) {
        if (text_.empty() || text_.front() != c) {
            return false;
        }
        text_.remove_prefix(1);
        return true;
    }

    void expect(char c) { ok_ = accept(c) && ok_; }
    void fail() { ok_ = false; }

    bool at_digit() const { return !text_.empty() && text_.front() >= '0' && text_.front() <= '9'; }
    bool ok() const { return ok_; }
    bool done() const { return ok_ && text_.empty(); }

private:
    std::string_view text_;
    bool ok_ = true;
};

Date read_date(Digits& in) {
    const int year = in.number(4);
    in.expect('-');
    const int month = in.number(2);
    in.expect('-');
    const int day = in.number(2);
    const Date date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                    std::chrono::day(static_cast<unsigned>(day))};
    if (!in.ok() || year == 0 || !date.ok()) {
        in.fail();
        return Date{};
    }
    return date;
}

}  // namespace

Date colombo_date(WallTime instant) { return Date{floor<days>(instant + colombo_offset)}; }

WallTime colombo_instant(Date date, std::chrono::minutes time_of_day) {
    return sys_days{date} + time_of_day - colombo_offset;
}

WallTime next_colombo(WallTime after, std::chrono::minutes time_of_day) {
    const WallTime today = colombo_instant(colombo_date(after), time_of_day);
    return today > after ? today : today + days{1};
}

std::string format_date(Date date) {
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()));
}

std::optional<Date> parse_date(std::string_view text) {
    Digits in(text);
    const Date date = read_date(in);
    return in.done() ? std::optional(date) : std::nullopt;
}

std::string format_rfc3339(WallTime instant) {
    const auto milliseconds = floor<std::chrono::milliseconds>(instant);
    const auto day = floor<days>(milliseconds);
    const std::chrono::hh_mm_ss time{milliseconds - day};
    const Date date{day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                       time.minutes().count(), time.seconds().count(), time.subseconds().count());
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
    Digits in(text);
    const Date date = read_date(in);
    if (!in.accept('T') && !in.accept('t')) {
        return std::nullopt;
    }
    const int hours = in.number(2);
    in.expect(':');
    const int minutes = in.number(2);
    in.expect(':');
    const int seconds = in.number(2);
    std::int64_t nanoseconds = 0;
    if (in.accept('.')) {
        std::int64_t unit = 1'000'000'000;
        do {
            unit /= 10;
            nanoseconds += unit * in.number(1);
        } while (in.ok() && unit > 1 && in.at_digit());
    }
    std::chrono::minutes offset{0};
    if (!in.accept('Z') && !in.accept('z')) {
        const bool east = in.accept('+');
        if (!east) {
            in.expect('-');
        }
        const int offset_hours = in.number(2);
        in.expect(':');
        const int offset_minutes = in.number(2);
        if (offset_hours > 23 || offset_minutes > 59) {
            in.fail();
        }
        offset = std::chrono::minutes{offset_hours * 60 + offset_minutes} * (east ? 1 : -1);
    }
    // No leap seconds: the clock has none, and neither has PostgreSQL.
    if (!in.done() || hours > 23 || minutes > 59 || seconds > 59) {
        return std::nullopt;
    }
    // Outside these years the nanoseconds of the system clock would overflow.
    const int year = static_cast<int>(date.year());
    if (year < 1678 || year > 2261) {
        return std::nullopt;
    }
    return sys_days{date} + std::chrono::hours{hours} + std::chrono::minutes{minutes} + std::chrono::seconds{seconds} +
           std::chrono::nanoseconds{nanoseconds} - offset;
}

}  // namespace loan_manager::runtime
