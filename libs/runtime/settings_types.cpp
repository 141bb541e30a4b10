/// The types a setting can have.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "runtime/settings.hpp"
#include "runtime/users.hpp"

namespace loan_manager::runtime {
namespace {

bool equal_ignoring_case(std::string_view left, std::string_view right) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(left, right, {}, lower, lower);
}

template <typename Number>
std::optional<Number> read_number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

struct Unit {
    std::string_view suffix;
    std::int64_t milliseconds;
};
constexpr Unit units[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};

std::optional<std::int64_t> read_duration(std::string_view text) {
    for (const Unit& unit : units) {
        if (!text.ends_with(unit.suffix)) {
            continue;
        }
        const auto value = read_number<std::int64_t>(text.substr(0, text.size() - unit.suffix.size()));
        if (value && *value >= 0 && *value <= std::numeric_limits<std::int64_t>::max() / unit.milliseconds) {
            return *value * unit.milliseconds;
        }
    }
    return std::nullopt;
}

}  // namespace

Setting& SettingsTable::add(std::string_view name, std::string_view type, std::string_view rule) {
    if (find(name) != nullptr) {
        throw std::logic_error("setting declared twice: " + std::string(name));
    }
    return rows_.emplace_back(group_, std::string(name), std::string(type), std::string(rule));
}

Setting& SettingsTable::text(std::string_view name, std::string& target) {
    Setting& row = add(name, "text", "must be a text");
    row.reader_ = [&row, &target](std::string_view value) -> std::optional<std::string> {
        if (!row.one_of_.empty()) {
            const auto known = std::ranges::find_if(
                row.one_of_, [&](const std::string& allowed) { return equal_ignoring_case(allowed, value); });
            if (known == row.one_of_.end()) {
                return row.constraint();
            }
            target = *known;
            return std::nullopt;
        }
        if (value.size() < row.min_length_ || value.find('\0') != std::string_view::npos) {
            return row.constraint();
        }
        target = value;
        return std::nullopt;
    };
    return row;
}

Setting& SettingsTable::flag(std::string_view name, bool& target) {
    Setting& row = add(name, "true or false", "must be true or false");
    row.reader_ = [&row, &target](std::string_view value) -> std::optional<std::string> {
        if (equal_ignoring_case(value, "true") || value == "1") {
            target = true;
        } else if (equal_ignoring_case(value, "false") || value == "0") {
            target = false;
        } else {
            return row.constraint();
        }
        return std::nullopt;
    };
    return row;
}

Setting& SettingsTable::whole(std::string_view name, Sink sink) {
    Setting& row = add(name, "number", "must be a whole number");
    row.reader_ = [&row, sink = std::move(sink)](std::string_view text) -> std::optional<std::string> {
        const auto value = read_number<std::int64_t>(text);
        if (!value || (row.min_ && *value < *row.min_) || (row.max_ && *value > *row.max_)) {
            return row.constraint();
        }
        sink(*value);
        return std::nullopt;
    };
    return row;
}

Setting& SettingsTable::decimal(std::string_view name, double& target) {
    Setting& row = add(name, "decimal", "must be a decimal number");
    row.reader_ = [&row, &target](std::string_view text) -> std::optional<std::string> {
        const auto value = read_number<double>(text);
        if (!value || !std::isfinite(*value) || (row.min_ && *value < static_cast<double>(*row.min_)) ||
            (row.max_ && *value > static_cast<double>(*row.max_))) {
            return row.constraint();
        }
        target = *value;
        return std::nullopt;
    };
    return row;
}

Setting& SettingsTable::seconds(std::string_view name, std::chrono::seconds& target) {
    return whole(name, [&target](std::int64_t value) { target = std::chrono::seconds{value}; }).range(0, 1'000'000'000);
}

Setting& SettingsTable::minutes(std::string_view name, std::chrono::minutes& target) {
    return whole(name, [&target](std::int64_t value) { target = std::chrono::minutes{value}; }).range(0, 10'000'000);
}

Setting& SettingsTable::duration(std::string_view name, std::chrono::milliseconds& target) {
    Setting& row = add(name, "duration", "must be a duration such as 500ms, 30s, 5m, 1h or 7d");
    row.reader_ = [&row, &target](std::string_view text) -> std::optional<std::string> {
        const auto value = read_duration(text);
        if (!value || (row.min_ && *value < *row.min_) || (row.max_ && *value > *row.max_)) {
            return row.constraint();
        }
        target = std::chrono::milliseconds{*value};
        return std::nullopt;
    };
    return row;
}

Setting& SettingsTable::list(std::string_view name, std::vector<std::string>& target) {
    Setting& row = add(name, "JSON list", R"(must be a JSON list of texts such as ["https://example.lk"])");
    row.reader_ = [&row, &target](std::string_view text) -> std::optional<std::string> {
        boost::system::error_code error;
        const boost::json::value value = boost::json::parse(text, error);
        if (error || !value.is_array()) {
            return row.constraint();
        }
        std::vector<std::string> items;
        for (const boost::json::value& item : value.get_array()) {
            if (!item.is_string()) {
                return row.constraint();
            }
            items.emplace_back(item.get_string().data(), item.get_string().size());
        }
        target = std::move(items);
        return std::nullopt;
    };
    return row;
}

Setting& SettingsTable::database_url(std::string_view name, std::string& target) {
    Setting& row = add(name, "PostgreSQL address", "must look like postgresql://user:password@host:5432/database");
    row.reader_ = [&row, &target](std::string_view text) -> std::optional<std::string> {
        auto normalised = normalise_database_url(text);
        if (!normalised) {
            return row.constraint();
        }
        target = std::move(*normalised);
        return std::nullopt;
    };
    return row.secret();
}

Setting& SettingsTable::user(std::string_view name, uid_t& target) {
    Setting& row = add(name, "system user", "must be the name of a system user of this machine");
    row.reader_ = [&row, &target](std::string_view text) -> std::optional<std::string> {
        const std::optional<uid_t> user = user_id(std::string(text));
        if (!user) {
            return row.constraint();
        }
        target = *user;
        return std::nullopt;
    };
    return row;
}

Setting& SettingsTable::refused(std::string_view name, std::string_view why) {
    Setting& row = add(name, "nothing", "must not be given");
    row.reader_ = [&row, reason = std::string(why)](std::string_view) -> std::optional<std::string> {
        return row.constraint() + ": " + reason;
    };
    return row.help("Refused: " + std::string(why) + ".");
}

Setting& SettingsTable::custom(std::string_view name, std::string_view type, std::string_view rule,
                               Setting::Reader reader) {
    Setting& row = add(name, type, rule);
    row.reader_ = std::move(reader);
    return row;
}

std::string Setting::constraint() const {
    if (!one_of_.empty()) {
        return fmt::format("must be one of {}", fmt::join(one_of_, ", "));
    }
    if (min_length_ > 0) {
        return fmt::format("must be at least {} bytes long", min_length_);
    }
    if (!min_ && !max_) {
        return rule_;
    }
    const auto show = [this](std::int64_t value) {
        return type_ == "duration" ? fmt::format("{}ms", value) : fmt::format("{}", value);
    };
    // A limit that is only the width of an integer is of no interest to the reader.
    const bool bounded = max_ && *max_ < std::numeric_limits<std::uint32_t>::max();
    const std::string_view comma = type_ == "duration" ? "," : "";
    if (min_ && bounded) {
        return fmt::format("{}{} from {} to {}", rule_, comma, show(*min_), show(*max_));
    }
    if (bounded) {
        return fmt::format("{}, at most {}", rule_, show(*max_));
    }
    return min_ ? fmt::format("{}, at least {}", rule_, show(*min_)) : rule_;
}

}  // namespace loan_manager::runtime
