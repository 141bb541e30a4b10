// Names under which a request is found again in logs: request id (D-216) and W3C trace context.
#pragma once

#include "gateway/http/message.hpp"

#include <string>
#include <string_view>

namespace loan_manager::gateway {

/// The client's X-Request-ID if there is exactly one and it is well formed, otherwise a new UUIDv7.
std::string request_id(const http::Request& request);

/// The client's traceparent if it is well formed, otherwise that of a new trace.
std::string trace_parent(const http::Request& request);

bool is_trace_parent(std::string_view text);

}  // namespace loan_manager::gateway
