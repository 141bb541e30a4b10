#pragma once

#include <google/protobuf/timestamp.pb.h>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "postgres/rows.hpp"
#include "rpc/timestamp.hpp"
#include "transcode/enum_token.hpp"

namespace loan_manager::fleet {

using WallTime = std::chrono::system_clock::time_point;

using rpc::assign;
using rpc::to_time;
inline std::optional<WallTime> maybe_time(bool is_set, const google::protobuf::Timestamp& stamp) {
    return is_set ? std::optional(to_time(stamp)) : std::nullopt;
}

/// Database token ("IN_STOCK") of an enum value.
template <class E>
std::string token_of(E value) {
    return std::string(transcode::enum_token(value));
}

/// Enum value of a database token. An unknown one (a newer schema) reads as the zero value.
template <class E>
E enum_of(std::string_view token) {
    return transcode::enum_from_token<E>(token).value_or(E{});
}

/// Optional text columns and fields of messages.
using MaybeText = std::optional<std::string>;

/// Protobuf spells an optional field as has_x() and x(); a parameter wants one std::optional.
#define LM_MAYBE(message, field) ((message).has_##field() ? std::optional((message).field()) : std::nullopt)
/// The same for an optional enum, as its database token.
#define LM_MAYBE_TOKEN(message, field) \
    ((message).has_##field() ? std::optional(::loan_manager::fleet::token_of((message).field())) : std::nullopt)

}  // namespace loan_manager::fleet
