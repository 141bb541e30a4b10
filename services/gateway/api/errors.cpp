#include "gateway/api/errors.hpp"

#include <string>

namespace loan_manager::gateway {

namespace {

// RFC 6750 3: a challenge says `invalid_token` only when a token was sent.
std::string_view challenge(const HttpError& error) {
    if (error.error.code == "TOKEN_EXPIRED") {
        return R"(Bearer realm="loan-manager", error="invalid_token", error_description="The access token expired")";
    }
    if (error.token_sent) {
        return R"(Bearer realm="loan-manager", error="invalid_token")";
    }
    return R"(Bearer realm="loan-manager")";
}

}  // namespace

http::Response error_response(const HttpError& error, std::string_view request_id) {
    http::Response response(error.status);
    response.set_body("application/json", transcode::error_body(error.error.code.name(), error.error.message,
                                                                request_id, error.error.details));
    const std::uint32_t hint = error.error.code.info().retry_after_seconds;
    if (const std::uint32_t seconds = error.error.retry_after_seconds > 0 ? error.error.retry_after_seconds : hint;
        seconds > 0) {
        response.add("Retry-After", std::to_string(seconds));
    }
    if (error.status == 401) {
        response.add("WWW-Authenticate", challenge(error));
    }
    return response;
}

HttpError error_of(http::Refusal reason) {
    const auto bad = [](unsigned status, const char* message) {
        return HttpError(status, rpc::Error("BAD_REQUEST", message));
    };
    const auto large = [](unsigned status, const char* message) {
        return HttpError(status, rpc::Error("TOO_LARGE", message));
    };
    switch (reason) {
        case http::Refusal::timed_out:
            return bad(408, "The request did not arrive in time.");
        case http::Refusal::expectation_unknown:
            return bad(417, "The only expectation known here is 100-continue.");
        case http::Refusal::version_unsupported:
            return bad(505, "This server speaks HTTP/1.1.");
        case http::Refusal::line_too_long:
            return large(414, "The request line is too long.");
        case http::Refusal::head_too_long:
            return large(431, "The request has too many or too long header fields.");
        case http::Refusal::body_too_large:
            return large(413, "The body is too large.");
        case http::Refusal::malformed:
            break;
    }
    return bad(400, "This is not a valid HTTP/1.1 request.");
}

rpc::Error error_of(const transcode::Error& error) { return rpc::Error(error.code, error.message, error.details); }

}  // namespace loan_manager::gateway
