#include "postgres/rows.hpp"

#include <charconv>

// Readers of PostgreSQL's text format, with the session settings that Connection makes:
// DateStyle ISO, bytea_output hex.
namespace loan_manager::postgres::detail {
namespace {

// Object identifiers of built-in types never change (pg_type.dat).
enum TypeOid : unsigned {
    bool_oid = 16,
    bytea_oid = 17,
    int8_oid = 20,
    int2_oid = 21,
    int4_oid = 23,
    oid_oid = 26,
    float4_oid = 700,
    float8_oid = 701,
    date_oid = 1082,
    timestamptz_oid = 1184,
    numeric_oid = 1700,
};

bool is_integer(unsigned oid) { return oid == int8_oid || oid == int4_oid || oid == int2_oid || oid == oid_oid; }

template <class Number>
bool read_number(std::string_view text, Number& out) {
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, out);
    return error == std::errc() && stopped == end;
}

// Takes digits off the front of text; at least one.
bool take_digits(std::string_view& text, int& out) {
    const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || out < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(stopped - text.data()));
    return true;
}

bool take(std::string_view& text, char expected) {
    if (text.empty() || text.front() != expected) return false;
    text.remove_prefix(1);
    return true;
}

bool take_date(std::string_view& text, std::chrono::year_month_day& out) {
    int year = 0;
    int month = 0;
    int day = 0;
    if (!take_digits(text, year) || !take(text, '-') || !take_digits(text, month) || !take(text, '-') ||
        !take_digits(text, day)) {
        return false;
    }
    out = std::chrono::year(year) / month / day;
    return out.ok();
}

bool take_microseconds(std::string_view& text, std::chrono::microseconds& out) {
    if (!take(text, '.')) {
        out = std::chrono::microseconds(0);
        return true;
    }
    int value = 0;
    int digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9' && digits < 6) {
        value = value * 10 + (text.front() - '0');
        ++digits;
        text.remove_prefix(1);
    }
    if (digits == 0) return false;
    for (; digits < 6; ++digits) {
        value *= 10;
    }
    out = std::chrono::microseconds(value);
    return true;
}

bool take_zone(std::string_view& text, std::chrono::seconds& out) {
    const bool west = take(text, '-');
    if (!west && !take(text, '+')) return false;
    int hours = 0;
    int minutes = 0;
    int seconds = 0;
    if (!take_digits(text, hours)) return false;
    if (take(text, ':') && !take_digits(text, minutes)) return false;
    if (take(text, ':') && !take_digits(text, seconds)) return false;
    out = std::chrono::hours(hours) + std::chrono::minutes(minutes) + std::chrono::seconds(seconds);
    if (west) out = -out;
    return true;
}

int hex_digit(char character) {
    if (character >= '0' && character <= '9') return character - '0';
    if (character >= 'a' && character <= 'f') return character - 'a' + 10;
    return -1;
}

// A one-dimensional array literal; calls on_element(text) or on_null() for each element, which may refuse.
template <class OnElement, class OnNull>
bool read_array(std::string_view text, OnElement on_element, OnNull on_null) {
    if (!take(text, '{')) return false;
    if (text == "}") return true;
    std::string element;
    for (;;) {
        element.clear();
        if (take(text, '"')) {
            while (!text.empty() && text.front() != '"') {
                if (text.front() == '\\') text.remove_prefix(1);
                if (text.empty()) return false;
                element += text.front();
                text.remove_prefix(1);
            }
            if (!take(text, '"') || !on_element(element)) return false;
        } else {
            const std::size_t length = std::min(text.find_first_of(",{}"), text.size());
            element.assign(text.substr(0, length));
            text.remove_prefix(length);
            if (element.empty()) return false;
            if (!(element == "NULL" ? on_null() : on_element(element))) return false;
        }
        if (take(text, ',')) continue;
        return text == "}";
    }
}

}  // namespace

bool decode(unsigned oid, std::string_view text, std::string_view& out) {
    if (oid == bytea_oid) return false;
    out = text;
    return true;
}

bool decode(unsigned oid, std::string_view text, std::string& out) {
    if (oid == bytea_oid) return false;
    out.assign(text);
    return true;
}

bool decode(unsigned oid, std::string_view text, bool& out) {
    if (oid != bool_oid || text.empty()) return false;
    out = text.front() == 't';
    return true;
}

bool decode(unsigned oid, std::string_view text, std::int64_t& out) {
    // sum(bigint) is numeric: welcome as long as it is a whole number.
    return (is_integer(oid) || oid == numeric_oid) && read_number(text, out);
}

bool decode(unsigned oid, std::string_view text, double& out) {
    const bool numeric = oid == float8_oid || oid == float4_oid || oid == numeric_oid || is_integer(oid);
    return numeric && read_number(text, out);
}

bool decode(unsigned oid, std::string_view text, Bytes& out) {
    if (oid != bytea_oid || !text.starts_with("\\x") || text.size() % 2 != 0) return false;
    text.remove_prefix(2);
    out.resize(text.size() / 2);
    for (std::size_t index = 0; index < out.size(); ++index) {
        const int high = hex_digit(text[2 * index]);
        const int low = hex_digit(text[2 * index + 1]);
        if (high < 0 || low < 0) return false;
        out[index] = static_cast<std::byte>(high * 16 + low);
    }
    return true;
}

bool decode(unsigned oid, std::string_view text, std::chrono::sys_time<std::chrono::microseconds>& out) {
    if (oid != timestamptz_oid) return false;
    std::chrono::year_month_day date;
    int hours = 0;
    int minutes = 0;
    int seconds = 0;
    std::chrono::microseconds fraction;
    std::chrono::seconds zone;
    if (!take_date(text, date) || !take(text, ' ') || !take_digits(text, hours) || !take(text, ':') ||
        !take_digits(text, minutes) || !take(text, ':') || !take_digits(text, seconds) ||
        !take_microseconds(text, fraction) || !take_zone(text, zone) || !text.empty()) {
        return false;  // also infinity and years before Christ
    }
    out = std::chrono::sys_days(date) + std::chrono::hours(hours) + std::chrono::minutes(minutes) +
          std::chrono::seconds(seconds) + fraction - zone;
    return true;
}

bool decode(unsigned oid, std::string_view text, std::chrono::year_month_day& out) {
    return oid == date_oid && take_date(text, out) && text.empty();
}

bool decode(unsigned /*oid*/, std::string_view text, std::vector<std::string>& out) {
    const auto element = [&out](std::string& value) {
        out.push_back(std::move(value));
        return true;
    };
    return read_array(text, element, [] { return false; });
}

bool decode(unsigned /*oid*/, std::string_view text, std::vector<std::optional<std::string>>& out) {
    const auto element = [&out](std::string& value) {
        out.emplace_back(std::move(value));
        return true;
    };
    const auto null = [&out] {
        out.emplace_back();
        return true;
    };
    return read_array(text, element, null);
}

bool decode(unsigned /*oid*/, std::string_view text, std::vector<std::int64_t>& out) {
    const auto element = [&out](std::string& value) {
        return read_number(std::string_view(value), out.emplace_back());
    };
    return read_array(text, element, [] { return false; });
}

}  // namespace loan_manager::postgres::detail
