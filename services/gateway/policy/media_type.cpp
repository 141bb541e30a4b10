#include "gateway/policy/media_type.hpp"

#include <boost/beast/core/string.hpp>

namespace loan_manager::gateway {

using boost::beast::iequals;
using http::field;

namespace {

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
        text.remove_suffix(1);
    }
    return text;
}

bool is_utf8_charset(std::string_view parameter) {
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos || !iequals(trim(parameter.substr(0, equals)), "charset")) {
        return false;
    }
    std::string_view value = trim(parameter.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
    }
    return iequals(value, "utf-8") || iequals(value, "utf8");
}

}  // namespace

bool has_json_body(const http::Request& request) {
    const std::string_view encoding = request.header(field::content_encoding);
    if (request.count(field::content_type) != 1 || (!encoding.empty() && !iequals(encoding, "identity"))) {
        return false;
    }
    const std::string_view type = request.header(field::content_type);
    const std::size_t semicolon = type.find(';');
    if (!iequals(trim(type.substr(0, semicolon)), "application/json")) {
        return false;
    }
    if (semicolon == std::string_view::npos) {
        return true;
    }
    const std::string_view parameters = trim(type.substr(semicolon + 1));
    return parameters.empty() || is_utf8_charset(parameters);
}

}  // namespace loan_manager::gateway
