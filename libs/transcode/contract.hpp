// Every service of the suite's contract (proto/), found at build time: a new proto file is part of it
// without a line of code elsewhere.
#pragma once

#include <google/protobuf/descriptor.h>

#include <vector>

namespace loan_manager::transcode {

/// Descriptors of all services under proto/, ordered by file and position. They live as long as the process.
std::vector<const google::protobuf::ServiceDescriptor*> contract_services();

}  // namespace loan_manager::transcode
