#pragma once

#include <grpcpp/support/status.h>
#include <string_view>

namespace loan_manager::rpc {

/// "NOT_FOUND"; the names of google.rpc.Code.
std::string_view status_name(grpc::StatusCode status) noexcept;

}  // namespace loan_manager::rpc
