// The parts of the OpenAPI document that are the same for every operation: headers, error answers, security.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <span>
#include <string>

namespace loan_manager::transcode {

/// An error answer any operation may give.
struct CommonError {
    /// Under `#/components/responses/`.
    const char* name;
    const char* description;
    unsigned status;
    bool retry_after;
};

/// Ordered by status.
std::span<const CommonError> common_errors() noexcept;

/// {"$ref": "#/components/<kind>/<name>"}
boost::json::object openapi_ref(const char* kind, const std::string& name);

/// {"application/json": {"schema": …}}
boost::json::object json_content(boost::json::value schema);

/// The `components` object with the given schemas and the shared parts.
boost::json::object openapi_components(boost::json::object schemas);

}  // namespace loan_manager::transcode
