#include "transcode/timestamp.hpp"

#include <chrono>

namespace loan_manager::transcode {
namespace {

void append_digits(std::int64_t value, int width, std::string& out) {
    char digits[8];
    for (int i = width - 1; i >= 0; --i) {
        digits[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
    out.append(digits, static_cast<std::size_t>(width));
}

// Reads fixed-width numbers and separators from the front of a text.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    std::int64_t digits(std::size_t count) {
        if (rest_.size() < count) return fail();
        std::int64_t value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (!is_digit(rest_[i])) return fail();
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(count);
        return value;
    }
    void expect(char upper) {
        if (!take(upper) && !(upper >= 'A' && take(static_cast<char>(upper + ('a' - 'A'))))) fail();
    }
    bool take(char c) {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    // Decimals as nanoseconds.
    std::int32_t decimals() {
        std::int32_t value = 0;
        int count = 0;
        for (; !rest_.empty() && is_digit(rest_.front()) && count < 9; ++count) {
            value = value * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        if (count == 0) fail();
        for (; count < 9; ++count) value *= 10;
        return value;
    }
    bool complete() const { return ok_ && rest_.empty(); }

private:
    static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
    std::int64_t fail() {
        ok_ = false;
        rest_ = {};
        return 0;
    }

    std::string_view rest_;
    bool ok_ = true;
};

}  // namespace

void append_timestamp(Instant instant, std::string& out) {
    using namespace std::chrono;
    const sys_seconds time{seconds{instant.seconds}};
    const sys_days day = floor<days>(time);
    const year_month_day date{day};
    const hh_mm_ss clock{time - day};
    append_digits(static_cast<int>(date.year()), 4, out);
    out += '-';
    append_digits(static_cast<unsigned>(date.month()), 2, out);
    out += '-';
    append_digits(static_cast<unsigned>(date.day()), 2, out);
    out += 'T';
    append_digits(clock.hours().count(), 2, out);
    out += ':';
    append_digits(clock.minutes().count(), 2, out);
    out += ':';
    append_digits(clock.seconds().count(), 2, out);
    out += '.';
    append_digits(instant.nanos / 1'000'000, 3, out);
    out += 'Z';
}

std::optional<Instant> parse_timestamp(std::string_view text) {
    using namespace std::chrono;
    Scanner scan(text);
    const year y{static_cast<int>(scan.digits(4))};
    scan.expect('-');
    const month m{static_cast<unsigned>(scan.digits(2))};
    scan.expect('-');
    const day d{static_cast<unsigned>(scan.digits(2))};
    scan.expect('T');
    const auto hour = scan.digits(2);
    scan.expect(':');
    const auto minute = scan.digits(2);
    scan.expect(':');
    const auto second = scan.digits(2);
    const std::int32_t nanos = scan.take('.') ? scan.decimals() : 0;
    std::int64_t offset = 0;
    if (const bool plus = scan.take('+'); plus || scan.take('-')) {
        const auto offset_hours = scan.digits(2);
        scan.expect(':');
        const auto offset_minutes = scan.digits(2);
        if (offset_hours > 23 || offset_minutes > 59) return std::nullopt;
        offset = (plus ? 1 : -1) * (offset_hours * 3600 + offset_minutes * 60);
    } else {
        scan.expect('Z');
    }
    const year_month_day date{y, m, d};
    if (!scan.complete() || !date.ok() || static_cast<int>(y) < 1) return std::nullopt;
    if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
    const auto at = sys_days{date} + hours{hour} + minutes{minute} + seconds{second - offset};
    return Instant{at.time_since_epoch().count(), nanos};
}

}  // namespace loan_manager::transcode
