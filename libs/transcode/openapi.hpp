// The OpenAPI 3.1 document of the routes, from the same annotations that route and check requests.
#pragma once

#include <string>
#include <string_view>

#include "transcode/route_table.hpp"

namespace loan_manager::transcode {

struct OpenApiInfo {
    std::string title = "Loan Manager API";
    std::string version = "1.0.0";
    std::string description;
};

/// Deterministic: the same routes give the same bytes.
std::string openapi_document(const RouteTable& routes, const OpenApiInfo& info = {});

}  // namespace loan_manager::transcode
