#include "gateway/policy/cors.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>

namespace loan_manager::gateway {

using http::field;

Cors::Cors(std::vector<std::string> origins) : origins_(std::move(origins)) {
    for (std::string& origin : origins_) {
        any_ = any_ || origin == "*";
        if (origin.ends_with('/')) {
            origin.pop_back();  // a browser's Origin has no path
        }
    }
}

bool Cors::allows(std::string_view origin) const {
    return !origin.empty() && (any_ || std::any_of(origins_.begin(), origins_.end(), [&](const std::string& allowed) {
                                   return boost::beast::iequals(allowed, origin);
                               }));
}

bool Cors::is_preflight(const http::Request& request) {
    return request.method == http::verb::options && request.count(field::origin) == 1 &&
           request.count(field::access_control_request_method) == 1;
}

void Cors::allow_reading(const http::Request& request, http::Response& response) const {
    if (origins_.empty()) {
        return;
    }
    // Also when the origin is foreign: a cache must not hand its answer to a page of an allowed one.
    response.add("Vary", "Origin");
    const std::string_view origin = request.header(field::origin);
    if (request.count(field::origin) == 1 && allows(origin)) {
        response.add("Access-Control-Allow-Origin", any_ ? "*" : origin);
        response.add("Access-Control-Expose-Headers",
                     "ETag, Location, X-Request-ID, Retry-After, Idempotency-Replayed");
    }
}

void Cors::allow_sending(const http::Request& request, std::string_view methods, http::Response& response) const {
    if (!allows(request.header(field::origin))) {
        return;
    }
    response.add("Access-Control-Allow-Methods", methods);
    response.add("Access-Control-Allow-Headers",
                 "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-ID");
    response.add("Access-Control-Max-Age", "600");
}

}  // namespace loan_manager::gateway
