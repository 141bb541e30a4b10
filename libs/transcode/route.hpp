// One rpc as it is reached over HTTP. Built by RouteTable, immutable afterwards.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "errors/code.hpp"

namespace loan_manager::transcode {

struct RequestPlan;
struct ResponsePlan;

/// Largest body of a route that says nothing else (D-217), and of one that everybody may call.
inline constexpr std::uint64_t default_body_limit = 1'048'576;
inline constexpr std::uint64_t public_body_limit = 16'384;

struct Route {
    /// "GET", "POST", "PATCH" or "DELETE".
    std::string http_method;
    /// Template, "/v1/bikes/{id}".
    std::string path;
    /// Target of the gRPC call, "/loanmanager.fleet.v1.BikeService/GetBike".
    std::string grpc_method;
    /// "auth", "fleet" or "lifecycle-refresher".
    std::string upstream;
    const google::protobuf::MethodDescriptor* method = nullptr;

    bool is_public = false;
    /// Any one of them suffices; empty: any signed-in user.
    std::vector<std::string> permissions;
    bool needs_if_match = false;
    bool needs_idempotency_key = false;
    /// Whether the request carries a JSON body.
    bool has_body = false;
    /// Status of success.
    unsigned status = 200;
    /// Another status of success, which the handler may choose; 0 if there is none.
    unsigned or_status = 0;
    std::chrono::milliseconds deadline{10'000};
    std::uint64_t body_limit = default_body_limit;
    std::string summary;
    /// Error codes beyond the common ones, for the documentation.
    std::vector<errors::Code> errors;

    /// How requests are read and answers written; shared with the routes that use the same messages.
    std::shared_ptr<const RequestPlan> request;
    std::shared_ptr<const ResponsePlan> response;
};

}  // namespace loan_manager::transcode
