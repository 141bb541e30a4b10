// Which web pages may call the API from a browser (Fetch standard, CORS protocol).
#pragma once

#include "gateway/http/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace loan_manager::gateway {

/// Immutable; safe from every thread. Credentials (cookies) are never allowed across origins: callers send a Bearer
/// token, which a foreign page does not have.
class Cors {
public:
    /// Origins such as `https://app.example.lk`; `*` allows every page. Empty: no page of another origin.
    explicit Cors(std::vector<std::string> origins);

    [[nodiscard]] bool allows(std::string_view origin) const;
    /// Whether the request asks for permission rather than for a resource.
    static bool is_preflight(const http::Request& request);

    /// Adds what lets the page read the response. Does nothing for a foreign origin or a request without one.
    void allow_reading(const http::Request& request, http::Response& response) const;
    /// Adds what lets the browser send the real request, for a preflight to a path with these methods.
    void allow_sending(const http::Request& request, std::string_view methods, http::Response& response) const;

private:
    std::vector<std::string> origins_;
    bool any_ = false;
};

}  // namespace loan_manager::gateway
