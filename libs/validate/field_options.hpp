// The annotations of request and response fields (proto/loanmanager/options/v1/options.proto).
#pragma once

#include <google/protobuf/descriptor.h>

#include "loanmanager/options/v1/options.pb.h"

namespace loan_manager::validate {

/// The field's annotation; an empty one if there is none.
inline const loanmanager::options::v1::Field& options_of(const google::protobuf::FieldDescriptor* field) {
    return field->options().GetExtension(loanmanager::options::v1::field);
}

/// google.protobuf.FieldMask named `update_mask`: lists the keys present in a PATCH, never given by HTTP clients.
inline bool is_update_mask(const google::protobuf::FieldDescriptor* field) {
    return field->name() == "update_mask" && field->type() == google::protobuf::FieldDescriptor::TYPE_MESSAGE &&
           !field->is_repeated() && field->message_type()->full_name() == "google.protobuf.FieldMask";
}

}  // namespace loan_manager::validate
