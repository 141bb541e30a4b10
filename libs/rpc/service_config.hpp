#pragma once

#include <google/protobuf/descriptor.h>
#include <string>
#include <vector>

namespace loan_manager::rpc {

/// gRPC service config (JSON): round robin with client-side health checking of the first of these services, and a retry
/// policy for exactly those methods whose route is a GET.
std::string service_config(const std::vector<const google::protobuf::ServiceDescriptor*>& services);

}  // namespace loan_manager::rpc
