#include "rpc/status_name.hpp"

#include <array>
#include <cstddef>

namespace loan_manager::rpc {

std::string_view status_name(grpc::StatusCode status) noexcept {
    constexpr std::array<std::string_view, 17> names{
        "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
        "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
        "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
        "DATA_LOSS", "UNAUTHENTICATED"};
    const auto index = static_cast<std::size_t>(status);
    return index < names.size() ? names[index] : "UNKNOWN";
}

}  // namespace loan_manager::rpc
