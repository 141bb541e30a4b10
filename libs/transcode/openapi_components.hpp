// The parts of the OpenAPI document that are the same for every operation: headers, error answers, security.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace loan_manager::transcode {

/// An error answer any operation may give.
struct CommonError {
    /// Under `#/components/responses/`.
    const char* name;
    const char* description;
    unsigned status;
    bool retry_after;
    /// Codes that come with it on any route, space-separated.
    std::string_view codes;
    /// Answered before a route is known, so that no operation lists it.
    bool of_connection = false;
};

/// Ordered by status.
std::span<const CommonError> common_errors() noexcept;

/// The response object of an error. `codes`: those of the route; the common ones of the status go with them if
/// `common`. All are listed in `x-codes`.
boost::json::object openapi_error(const CommonError& error, const std::vector<std::string>& codes, bool common);

/// Status → reference, for the errors that are answered before a route is known.
boost::json::object openapi_connection_errors();

/// {"$ref": "#/components/<kind>/<name>"}
boost::json::object openapi_ref(const char* kind, const std::string& name);

/// {"application/json": {"schema": …}}
boost::json::object json_content(boost::json::value schema);

/// The `components` object with the given schemas and the shared parts.
boost::json::object openapi_components(boost::json::object schemas);

}  // namespace loan_manager::transcode
