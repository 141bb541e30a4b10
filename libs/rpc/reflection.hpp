#pragma once

#include <grpcpp/impl/server_builder_option.h>
#include <memory>

namespace loan_manager::rpc {

/// Reflection, or none: the library switches it on for every server of a program that it is linked to.
std::unique_ptr<grpc::ServerBuilderOption> reflection(bool wanted);

}  // namespace loan_manager::rpc
