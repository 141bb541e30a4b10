// What kinds of body are accepted.
#pragma once

#include "gateway/http/message.hpp"

namespace loan_manager::gateway {

/// Whether the request's body is plain JSON in UTF-8: `application/json` with any parameters (`profile`, `version` …)
/// but a charset other than UTF-8, and not compressed.
bool has_json_body(const http::Request& request);

}  // namespace loan_manager::gateway
