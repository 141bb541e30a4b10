#include "transcode/openapi_components.hpp"

#include <boost/json/array.hpp>

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
                                             "not_allowed", "not_found", "mismatch", "unknown"}}};
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
    {"BadRequest", "Malformed JSON, unknown fields or parameters, or malformed headers.", 400, false},
    {"Unauthenticated", "No token, or one that is not valid (any more).", 401, false},
    {"Forbidden", "The caller lacks the permission, or the row is out of scope.", 403, false},
    {"NotFound", "No such row within the caller's reach.", 404, false},
    {"Conflict", "The state of the row, or another command, stands in the way.", 409, false},
    {"PreconditionFailed", "The row has changed since the ETag in If-Match.", 412, false},
    {"TooLarge", "The body is too large.", 413, false},
    {"UnsupportedMediaType", "The body must be application/json.", 415, false},
    {"Validation", "Fields of the request are wrong; `details` names all of them.", 422, false},
    {"PreconditionRequired", "If-Match is missing.", 428, false},
    {"RateLimited", "Too many requests.", 429, true},
    {"Internal", "An error of the server; `request_id` finds it in the logs.", 500, false},
    {"Unavailable", "A service is not reachable just now.", 503, true},
    {"DeadlineExceeded", "The request took too long.", 504, false},
};

json::object shared_responses() {
    json::object responses;
    for (const auto& error : common_errors()) {
        json::object headers{{"X-Request-ID", openapi_ref("headers", "X-Request-ID")}};
        if (error.retry_after) headers["Retry-After"] = openapi_ref("headers", "Retry-After");
        responses[error.name] = json::object{{"description", error.description},
                                             {"headers", std::move(headers)},
                                             {"content", json_content(openapi_ref("schemas", "Error"))}};
    }
    return responses;
}

}  // namespace

std::span<const CommonError> common_errors() noexcept { return errors; }

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
