// The JSON form of a protobuf field, decided once for requests, responses and the OpenAPI document.
#pragma once

#include <google/protobuf/descriptor.h>

#include <optional>

#include "validate/field_options.hpp"

namespace loan_manager::transcode {

enum class FieldKind {
    boolean,
    int32,     // number
    uint32,    // number
    int64,     // decimal string: JavaScript's numbers end at 2^53
    uint64,    // decimal string
    number32,  // float
    number64,  // double
    text,
    enumeration,  // token
    timestamp,    // RFC 3339
    message,      // object
};

/// Nothing for types without a form here: bytes, maps, groups and well-known types other than Timestamp.
std::optional<FieldKind> kind_of(const google::protobuf::FieldDescriptor* field);

using validate::is_update_mask;
using validate::options_of;

}  // namespace loan_manager::transcode
