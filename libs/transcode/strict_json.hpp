// JSON as RFC 8259 has it and nothing more: Boost.JSON's parser, which refuses comments, trailing commas,
// NaN, unpaired surrogates and invalid UTF-8, with duplicate keys refused at every level as well.
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "transcode/error.hpp"

namespace loan_manager::transcode::json {

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

inline constexpr std::size_t max_depth = 32;
/// A small body can hold very many small values; this bounds the memory they are parsed into.
inline constexpr std::size_t max_values = 50'000;

/// Parses a complete document. The error is MALFORMED_JSON; for a duplicate key its `details` name the key.
boost::system::result<Value, Error> parse(std::string_view text);

}  // namespace loan_manager::transcode::json
