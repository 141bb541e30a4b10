#pragma once

#include "sql/proto_values.hpp"

namespace loan_manager::fleet {

using sql::assign;
using sql::enum_of;
using sql::to_time;
using sql::token_of;
using sql::WallTime;
inline std::optional<WallTime> maybe_time(bool is_set, const google::protobuf::Timestamp& stamp) {
    return is_set ? std::optional(to_time(stamp)) : std::nullopt;
}
using MaybeText = std::optional<std::string>;

}  // namespace loan_manager::fleet
