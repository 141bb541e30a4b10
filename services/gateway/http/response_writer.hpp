// A response as bytes.
#pragma once

#include "gateway/http/message.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace loan_manager::gateway::http {

/// How a response is framed on this connection.
struct Framing {
    /// Answer to HEAD: the fields of the GET, no body.
    bool head_only = false;
    /// The client spoke HTTP/1.0, which must be told when the connection stays open.
    bool http_1_0 = false;
    bool close = false;
};

/// Appends status line, fields and the empty line. Content-Length is always there except where HTTP forbids it
/// (1xx, 204, 304); responses are never chunked.
void write_head(std::string& out, const Response& response, const Framing& framing, std::string_view date);

/// Whether the body follows the head.
bool sends_body(const Response& response, const Framing& framing);

/// "OK", "Not Found" …; "Unknown" for a status without a name.
std::string_view reason_phrase(unsigned status);

/// The Date field's value, rendered once a second. For one thread.
class DateCache {
public:
    std::string_view at(std::chrono::system_clock::time_point now);

private:
    std::chrono::sys_seconds second_{};
    std::string text_;
};

}  // namespace loan_manager::gateway::http
