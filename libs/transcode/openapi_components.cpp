#include "transcode/openapi_components.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <set>

namespace loan_manager::transcode {

namespace json = boost::json;

json::object openapi_ref(const char* kind, const std::string& name) {
    return {{"$ref", std::string("#/components/") + kind + "/" + name}};
}

json::object json_content(json::value schema) {
    return {{"application/json", json::object{{"schema", std::move(schema)}}}};
}

namespace {

json::object header(const char* description, json::object schema) {
    return {{"description", description}, {"schema", std::move(schema)}};
}

json::object shared_headers() {
    const json::object text{{"type", "string"}};
    return {
        {"X-Request-ID", header("Identifies the request in logs and audit rows; echoes the one sent.", text)},
        {"ETag", header("Version of the answer, for If-Match and If-None-Match.", text)},
        {"Location", header("Path of the row that was created.", text)},
        {"Idempotency-Replayed", header("`true` when this is the stored answer of an earlier request.", text)},
        {"Retry-After", header("Seconds to wait before the next attempt.", {{"type", "integer"}, {"minimum", 0}})},
    };
}

json::object shared_parameters() {
    const auto parameter = [](const char* name, bool required, const char* description, json::object schema) {
        return json::object{{"name", name},
                            {"in", "header"},
                            {"required", required},
                            {"description", description},
                            {"schema", std::move(schema)}};
    };
    return {
        {"IdempotencyKey",
         parameter("Idempotency-Key", true,
                   "Chosen by the client, unique per command: the same request sent again is answered without being "
                   "executed again.",
                   {{"type", "string"}, {"pattern", "^[A-Za-z0-9_-]{8,128}$"}})},
        {"IfMatch", parameter("If-Match", true, "ETag of the row as last read; a stale one answers 412.",
                              {{"type", "string"}, {"pattern", "^\"[0-9]+\"$"}, {"examples", json::array{"\"1\""}}})},
        {"IfNoneMatch", parameter("If-None-Match", false, "ETag of the answer as last read; if unchanged, 304.",
                                  {{"type", "string"}})},
        {"RequestId", parameter("X-Request-ID", false, "Own identifier of the request; made when absent.",
                                {{"type", "string"}, {"pattern", "^[A-Za-z0-9._-]{8,64}$"}})},
    };
}

json::object error_schema() {
    const json::object text{{"type", "string"}};
    json::object issues{{"type", "string"},
                        {"enum", json::array{"required", "type", "format", "too_short", "too_long", "out_of_range",
                                             "not_allowed", "not_found", "mismatch", "unknown", "duplicate"}}};
    json::object detail{{"type", "object"},
                        {"properties", json::object{{"field", text}, {"issue", std::move(issues)}}},
                        {"required", json::array{"field", "issue"}}};
    json::object code{{"type", "string"}, {"examples", json::array{"VALIDATION"}}};
    json::object details{{"type", "array"}, {"items", std::move(detail)}};
    return {{"type", "object"},
            {"properties",
             json::object{
                 {"code", std::move(code)}, {"message", text}, {"request_id", text}, {"details", std::move(details)}}},
            {"required", json::array{"code", "message", "request_id", "details"}}};
}

constexpr CommonError errors[] = {
    {"BadRequest", "Malformed HTTP or JSON, unknown fields or parameters, or malformed headers.", 400, false,
     "BAD_REQUEST MALFORMED_JSON UNKNOWN_FIELD BAD_IF_MATCH IDEMPOTENCY_KEY_REQUIRED BAD_IDEMPOTENCY_KEY"},
    {"Unauthenticated", "No token, or one that is not valid (any more).", 401, false, "UNAUTHENTICATED TOKEN_EXPIRED"},
    {"Forbidden", "The caller lacks the permission, or the row is out of scope.", 403, false, "FORBIDDEN OUT_OF_SCOPE"},
    {"NotFound", "No such row within the caller's reach.", 404, false, "NOT_FOUND"},
    {"MethodNotAllowed", "The address exists with other methods; `Allow` lists them.", 405, false, "METHOD_NOT_ALLOWED",
     true},
    {"RequestTimeout", "The request did not arrive in time.", 408, false, "BAD_REQUEST", true},
    {"Conflict", "The state of the row, or another command, stands in the way.", 409, false, "IDEMPOTENCY_IN_FLIGHT"},
    {"PreconditionFailed", "The row has changed since the ETag in If-Match.", 412, false, "PRECONDITION_FAILED"},
    {"TooLarge", "The body is too large.", 413, false, "TOO_LARGE"},
    {"UriTooLong", "The request line is too long.", 414, false, "TOO_LARGE", true},
    {"UnsupportedMediaType", "The body must be application/json.", 415, false, "UNSUPPORTED_MEDIA_TYPE"},
    {"ExpectationFailed", "An expectation other than 100-continue.", 417, false, "BAD_REQUEST", true},
    {"Validation", "Fields of the request are wrong; `details` names all of them.", 422, false,
     "VALIDATION IDEMPOTENCY_MISMATCH"},
    {"PreconditionRequired", "If-Match is missing.", 428, false, "PRECONDITION_REQUIRED"},
    {"RateLimited", "Too many requests.", 429, true, "RATE_LIMITED"},
    {"HeadTooLarge", "The request has too many or too long header fields.", 431, false, "TOO_LARGE", true},
    {"Internal", "An error of the server; `request_id` finds it in the logs.", 500, false, "INTERNAL"},
    {"Unavailable", "A service is not reachable just now.", 503, true, "UNAVAILABLE"},
    {"DeadlineExceeded", "The request took too long.", 504, false, "DEADLINE_EXCEEDED"},
    {"VersionNotSupported", "Another version of HTTP than 1.1 or 1.0.", 505, false, "BAD_REQUEST", true},
};

json::object shared_responses() {
    json::object responses;
    for (const auto& error : common_errors()) responses[error.name] = openapi_error(error, {}, true);
    return responses;
}

}  // namespace

std::span<const CommonError> common_errors() noexcept { return errors; }

json::object openapi_error(const CommonError& error, const std::vector<std::string>& codes, bool common) {
    std::set<std::string> all(codes.begin(), codes.end());
    for (std::string_view rest = common ? error.codes : std::string_view{}; !rest.empty();) {
        const std::string_view code = rest.substr(0, rest.find(' '));
        all.emplace(code);
        rest.remove_prefix(std::min(rest.size(), code.size() + 1));
    }
    json::object headers{{"X-Request-ID", openapi_ref("headers", "X-Request-ID")}};
    if (error.retry_after) headers["Retry-After"] = openapi_ref("headers", "Retry-After");
    return {{"description", error.description},
            {"headers", std::move(headers)},
            {"content", json_content(openapi_ref("schemas", "Error"))},
            {"x-codes", json::array(all.begin(), all.end())}};
}

json::object openapi_connection_errors() {
    json::object list;
    for (const auto& error : common_errors()) {
        if (error.of_connection) list[std::to_string(error.status)] = openapi_ref("responses", error.name);
    }
    return list;
}

json::object openapi_components(json::object schemas) {
    schemas["Error"] = error_schema();
    json::object bearer{{"type", "http"}, {"scheme", "bearer"}, {"bearerFormat", "JWT"}};
    return {{"schemas", std::move(schemas)},
            {"responses", shared_responses()},
            {"parameters", shared_parameters()},
            {"headers", shared_headers()},
            {"securitySchemes", json::object{{"bearer", std::move(bearer)}}}};
}

}  // namespace loan_manager::transcode
