#pragma once

#include "postgres/codec.hpp"
#include "postgres/error.hpp"

#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

namespace loan_manager::postgres {

/// Parameters $1, $2 … of a statement, copied in: `Params(bike_id, price_cents, std::nullopt)`.
///
/// Accepted: text (std::string, string_view, literals), integers, bool, double, Bytes or span<const std::byte>
/// (bytea), system_clock time points (timestamptz, microseconds), year_month_day (date), std::vector of text,
/// integers or optionals of those (array of any element type), std::optional and nullptr (NULL), and every type
/// with a TextCodec. Text that PostgreSQL cannot store (a NUL byte) is remembered as an error and reported by the
/// operation that would have sent it, before anything is sent.
class Params {
public:
    Params() = default;

    template <class First, class... Rest>
    requires(!std::same_as<std::remove_cvref_t<First>, Params>) explicit Params(const First& first,
                                                                                const Rest&... rest) {
        add(first);
        (add(rest), ...);
    }

    template <class T>
    Params& add(const T& value);

    [[nodiscard]] std::size_t size() const { return slots_.size(); }
    [[nodiscard]] bool has_error() const { return !problem_.empty(); }
    [[nodiscard]] Error error() const { return Error(Error::Kind::conversion, problem_); }

    /// The arrays libpq asks for, pointing into the Params they were made from.
    struct Pointers {
        boost::container::small_vector<const char*, 16> values;
        boost::container::small_vector<int, 16> lengths;
        boost::container::small_vector<int, 16> formats;
    };
    void fill(Pointers& pointers) const;

private:
    struct Slot {
        std::size_t offset;
        int length;
        bool null;
        bool binary;
    };

    void add_null();
    void add_text(std::string_view value);
    void add_bytes(std::span<const std::byte> value);
    void add_integer(std::int64_t value);
    void add_unsigned(std::uint64_t value);
    void add_double(double value);
    void add_time(std::chrono::sys_time<std::chrono::microseconds> value);
    void add_date(std::chrono::year_month_day value);

    void begin_array();
    void add_element(std::string_view value);
    void add_null_element();
    void end_array();
    template <class T>
    void add_array_element(const T& value);

    void close_slot(std::size_t offset, bool binary);

    std::string buffer_;  // every value, each followed by a NUL
    boost::container::small_vector<Slot, 12> slots_;
    std::size_t array_start_ = 0;
    std::string problem_;
};

template <class T>
Params& Params::add(const T& value) {
    if constexpr (std::same_as<T, std::nullptr_t> || std::same_as<T, std::nullopt_t>) {
        add_null();
    } else if constexpr (detail::is_optional<T>) {
        if (value) {
            add(*value);
        } else {
            add_null();
        }
    } else if constexpr (detail::WritesText<T>) {
        add_text(TextCodec<T>::to_text(value));
    } else if constexpr (std::same_as<T, bool>) {
        add_text(value ? "t" : "f");
    } else if constexpr (detail::Integer<T>) {
        if constexpr (std::is_signed_v<T>) {
            add_integer(value);
        } else {
            add_unsigned(value);
        }
    } else if constexpr (std::floating_point<T>) {
        add_double(value);
    } else if constexpr (std::convertible_to<const T&, std::string_view>) {
        add_text(value);
    } else if constexpr (std::convertible_to<const T&, std::span<const std::byte>>) {
        add_bytes(value);
    } else if constexpr (detail::is_system_time<T>) {
        add_time(std::chrono::floor<std::chrono::microseconds>(value));
    } else if constexpr (std::same_as<T, std::chrono::year_month_day>) {
        add_date(value);
    } else {
        static_assert(detail::is_vector<T>, "this type has no PostgreSQL representation: specialise TextCodec");
        begin_array();
        for (const auto& element : value) {
            add_array_element(element);
        }
        end_array();
    }
    return *this;
}

template <class T>
void Params::add_array_element(const T& value) {
    if constexpr (detail::is_optional<T>) {
        if (value) {
            add_array_element(*value);
        } else {
            add_null_element();
        }
    } else if constexpr (detail::WritesText<T>) {
        add_element(TextCodec<T>::to_text(value));
    } else if constexpr (detail::Integer<T>) {
        add_element(std::to_string(value));
    } else {
        static_assert(std::convertible_to<const T&, std::string_view>, "arrays hold text, integers or TextCodec types");
        add_element(value);
    }
}

}  // namespace loan_manager::postgres
