#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loan_manager::postgres {

/// Contents of a bytea.
using Bytes = std::vector<std::byte>;

/// Specialise for an own value type (id, money …) to use it as parameter and result column:
///   static std::string to_text(const T&);                     // what PostgreSQL's input function reads
///   static std::optional<T> from_text(std::string_view text);  // nullopt: not a value of this type
template <class T>
struct TextCodec;

namespace detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

template <class T>
inline constexpr bool is_system_time = false;
template <class Duration>
inline constexpr bool is_system_time<std::chrono::time_point<std::chrono::system_clock, Duration>> = true;

template <class T>
concept WritesText = requires(const T& value) {
    { TextCodec<T>::to_text(value) } -> std::convertible_to<std::string>;
};

template <class T>
concept ReadsText = requires(std::string_view text) {
    { TextCodec<T>::from_text(text) } -> std::same_as<std::optional<T>>;
};

template <class T>
concept Integer = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
                  !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

/// "std::vector<int>" and so on, for messages.
template <class T>
constexpr std::string_view type_name() {
    const std::string_view function = __PRETTY_FUNCTION__;
    const std::size_t start = function.find("T = ") + 4;
    return function.substr(start, function.find_first_of(";]", start) - start);
}

}  // namespace detail
}  // namespace loan_manager::postgres
