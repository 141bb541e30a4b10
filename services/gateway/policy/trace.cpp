#include "gateway/policy/trace.hpp"

#include "rpc/context.hpp"
#include "runtime/uuid.hpp"

#include <algorithm>

namespace loan_manager::gateway {

namespace {

bool is_hex(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

}  // namespace

std::string request_id(const http::Request& request) {
    constexpr std::string_view name = "X-Request-ID";
    const std::string_view sent = request.header(name);
    if (rpc::is_request_id(sent) && request.count(name) == 1) {
        return std::string(sent);
    }
    return runtime::new_uuid().to_string();
}

bool is_trace_parent(std::string_view text) {
    // version "-" trace-id "-" parent-id "-" flags
    return text.size() == 55 && text[2] == '-' && text[35] == '-' && text[52] == '-' && text.starts_with("00") &&
           is_hex(text.substr(3, 32)) && !is_zero(text.substr(3, 32)) && is_hex(text.substr(36, 16)) &&
           !is_zero(text.substr(36, 16)) && is_hex(text.substr(53));
}

std::string trace_parent(const http::Request& request) {
    const std::string_view sent = request.header("traceparent");
    if (is_trace_parent(sent)) {
        return std::string(sent);
    }
    std::string id = runtime::new_uuid().to_string();
    std::erase(id, '-');
    return "00-" + id + "-" + id.substr(16) + "-01";
}

}  // namespace loan_manager::gateway
