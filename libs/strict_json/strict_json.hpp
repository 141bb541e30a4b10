// JSON as RFC 8259 has it and nothing more: Boost.JSON's parser, which refuses comments, trailing commas,
// NaN, unpaired surrogates and invalid UTF-8, with duplicate keys refused at every level as well.
#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/json/value.hpp>
#include <boost/system/result.hpp>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace loan_manager::strict_json {

struct Null {};

/// Kept as written: whether a number is integral, and how large it may be, is for the field to say.
struct Number {
    std::string text;
    /// Without fraction and exponent.
    bool integral() const noexcept { return text.find_first_of(".eE") == std::string::npos; }
};

struct Value;
struct Member;
using Array = std::vector<Value>;
using Object = std::vector<Member>;

struct Value {
    std::variant<Null, bool, Number, std::string, Array, Object> data;

    bool is_null() const noexcept { return std::holds_alternative<Null>(data); }
    template <class T>
    const T* as() const noexcept {
        return std::get_if<T>(&data);
    }
};

struct Member {
    std::string key;
    Value value;
};

/// Why a text is refused.
struct Problem {
    std::string message;    ///< A sentence.
    std::string duplicate;  ///< Path of a key that is there twice, e.g. "items[2].x"; else "".
};

/// Found by Boost.System: `.value()` of a refused text throws.
[[noreturn]] inline void throw_exception_from_error(const Problem& problem, const boost::source_location&) {
    throw std::runtime_error(problem.message);
}

inline constexpr std::size_t max_depth = 32;
/// A small text can hold very many small values; this bounds the memory they are parsed into.
inline constexpr std::size_t max_values = 50'000;

/// Parses a complete document.
boost::system::result<Value, Problem> parse(std::string_view text, std::size_t depth = max_depth);

/// The same value in Boost's types: integers that fit are std::int64_t, other numbers double.
boost::json::value to_boost(const Value& value);

}  // namespace loan_manager::strict_json
