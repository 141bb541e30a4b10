#include "postgres/params.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <limits>

namespace loan_manager::postgres {
namespace {

template <class Number>
std::string_view write_number(std::array<char, 40>& space, Number value) {
    const auto [end, error] = std::to_chars(space.data(), space.data() + space.size(), value);
    static_cast<void>(error);  // the space fits every number
    return {space.data(), static_cast<std::size_t>(end - space.data())};
}

}  // namespace

void Params::close_slot(std::size_t offset, bool binary) {
    const std::size_t length = buffer_.size() - offset;
    if (length > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
        problem_ = "parameter $" + std::to_string(slots_.size() + 1) + " is larger than PostgreSQL can store";
    }
    buffer_ += '\0';
    slots_.push_back(Slot{offset, static_cast<int>(length), false, binary});
}

void Params::add_null() { slots_.push_back(Slot{0, 0, true, false}); }

void Params::add_text(std::string_view value) {
    if (value.find('\0') != std::string_view::npos) {
        problem_ = "parameter $" + std::to_string(slots_.size() + 1) + " contains a NUL byte";
    }
    const std::size_t offset = buffer_.size();
    buffer_ += value;
    close_slot(offset, false);
}

void Params::add_bytes(std::span<const std::byte> value) {
    const std::size_t offset = buffer_.size();
    buffer_.append(reinterpret_cast<const char*>(value.data()), value.size());
    close_slot(offset, true);
}

void Params::add_integer(std::int64_t value) {
    std::array<char, 40> space;
    add_text(write_number(space, value));
}

void Params::add_unsigned(std::uint64_t value) {
    std::array<char, 40> space;
    add_text(write_number(space, value));
}

void Params::add_double(double value) {
    std::array<char, 40> space;
    add_text(write_number(space, value));
}

void Params::add_time(std::chrono::sys_time<std::chrono::microseconds> value) {
    const auto day = std::chrono::floor<std::chrono::days>(value);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(value - day);
    std::array<char, 64> space;
    const int length = std::snprintf(space.data(), space.size(), "%04d-%02u-%02u %02d:%02d:%02d.%06d+00",
                                     static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                     static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                                     static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                                     static_cast<int>(time.subseconds().count()));
    if (date.year() < std::chrono::year(1)) {
        problem_ = "parameter $" + std::to_string(slots_.size() + 1) + " is a time before year 1";
    }
    add_text({space.data(), static_cast<std::size_t>(length)});
}

void Params::add_date(std::chrono::year_month_day value) {
    std::array<char, 32> space;
    const int length = std::snprintf(space.data(), space.size(), "%04d-%02u-%02u", static_cast<int>(value.year()),
                                     static_cast<unsigned>(value.month()), static_cast<unsigned>(value.day()));
    if (!value.ok() || value.year() < std::chrono::year(1)) {
        problem_ = "parameter $" + std::to_string(slots_.size() + 1) + " is not a date";
    }
    add_text({space.data(), static_cast<std::size_t>(length)});
}

void Params::begin_array() {
    array_start_ = buffer_.size();
    buffer_ += '{';
}

void Params::add_element(std::string_view value) {
    if (buffer_.size() > array_start_ + 1) {
        buffer_ += ',';
    }
    buffer_ += '"';
    for (const char character : value) {
        if (character == '\0') {
            problem_ = "parameter $" + std::to_string(slots_.size() + 1) + " contains a NUL byte";
        }
        if (character == '"' || character == '\\') {
            buffer_ += '\\';
        }
        buffer_ += character;
    }
    buffer_ += '"';
}

void Params::add_null_element() {
    if (buffer_.size() > array_start_ + 1) {
        buffer_ += ',';
    }
    buffer_ += "NULL";
}

void Params::end_array() {
    buffer_ += '}';
    close_slot(array_start_, false);
}

void Params::fill(Pointers& pointers) const {
    pointers.values.resize(slots_.size());
    pointers.lengths.resize(slots_.size());
    pointers.formats.resize(slots_.size());
    for (std::size_t index = 0; index < slots_.size(); ++index) {
        const Slot& slot = slots_[index];
        pointers.values[index] = slot.null ? nullptr : buffer_.data() + slot.offset;
        pointers.lengths[index] = slot.length;
        pointers.formats[index] = slot.binary ? 1 : 0;
    }
}

}  // namespace loan_manager::postgres
