#pragma once

#include <google/protobuf/timestamp.pb.h>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rpc/timestamp.hpp"
#include "transcode/enum_token.hpp"

/// Values as messages hold them ↔ values as the database holds them.
namespace loan_manager::sql {

using WallTime = std::chrono::system_clock::time_point;

using rpc::assign;
using rpc::to_time;

/// Database token ("IN_STOCK") of an enum value.
template <class E>
std::string token_of(E value) {
    return std::string(transcode::enum_token(value));
}

/// The tokens of a repeated enum field.
template <class E, class Field>
std::vector<std::string> tokens_of(const Field& values) {
    std::vector<std::string> tokens;
    for (const auto value : values) {
        tokens.push_back(token_of(static_cast<E>(value)));
    }
    return tokens;
}

/// Enum value of a database token. An unknown one (a newer schema) reads as the zero value.
template <class E>
E enum_of(std::string_view token) {
    return transcode::enum_from_token<E>(token).value_or(E{});
}

/// Protobuf spells an optional field as has_x() and x(); a parameter wants one std::optional.
#define LM_MAYBE(message, field) ((message).has_##field() ? std::optional((message).field()) : std::nullopt)
/// The same for an optional enum, as its database token.
#define LM_MAYBE_TOKEN(message, field) \
    ((message).has_##field() ? std::optional(::loan_manager::sql::token_of((message).field())) : std::nullopt)

}  // namespace loan_manager::sql
