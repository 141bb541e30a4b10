// Enum values as clients and database rows spell them: the value's name without the prefix of its type.
// BIKE_STATUS_IN_STOCK of BikeStatus is IN_STOCK. The zero value (UNSPECIFIED) has no token.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/generated_enum_reflection.h>

#include <optional>
#include <string_view>

namespace loan_manager::transcode {

/// Token of a value; empty for the zero value and for numbers the enum does not define.
/// The view lives as long as the descriptor.
std::string_view enum_token(const google::protobuf::EnumDescriptor* type, int number);

/// Value of a token; nullptr if there is none.
const google::protobuf::EnumValueDescriptor* enum_value_of(const google::protobuf::EnumDescriptor* type,
                                                           std::string_view token);

template <class E>
std::string_view enum_token(E value) {
    return enum_token(google::protobuf::GetEnumDescriptor<E>(), static_cast<int>(value));
}

template <class E>
std::optional<E> enum_from_token(std::string_view token) {
    const auto* value = enum_value_of(google::protobuf::GetEnumDescriptor<E>(), token);
    if (value == nullptr) return std::nullopt;
    return static_cast<E>(value->number());
}

}  // namespace loan_manager::transcode
