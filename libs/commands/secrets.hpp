#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

namespace loan_manager::commands {

/// Whether a message of this type can hold a field marked `secret` (options.proto), itself or in a message inside it.
/// Safe from every thread.
bool has_secrets(const google::protobuf::Descriptor* type);

/// Takes every secret out of an answer that is to be written down: `x` becomes null, and `x_shown` beside it says that
/// it was shown.
void withhold_secrets(google::protobuf::Message& answer);

}  // namespace loan_manager::commands
