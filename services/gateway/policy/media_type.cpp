#include "gateway/policy/media_type.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>

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

bool is_token(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || marks.find(c) != std::string_view::npos;
    });
}

struct Parameter {
    std::string_view name;
    std::string value;
};

// Takes `name=value` or `name="quoted"` from the front, up to the next semicolon; nothing when it is neither.
std::optional<Parameter> take_parameter(std::string_view& text) {
    const std::size_t equals = text.find_first_of("=;");
    if (equals == std::string_view::npos || text[equals] == ';' || !is_token(trim(text.substr(0, equals)))) {
        return std::nullopt;
    }
    Parameter parameter{trim(text.substr(0, equals)), {}};
    text = trim(text.substr(equals + 1));
    if (!text.starts_with('"')) {
        const std::string_view value = trim(text.substr(0, text.find(';')));
        if (!is_token(value)) {
            return std::nullopt;
        }
        parameter.value = value;
        text.remove_prefix(std::min(text.size(), text.find(';')));
        return parameter;
    }
    std::size_t at = 1;
    for (; at < text.size() && text[at] != '"'; ++at) {
        at += text[at] == '\\' ? 1 : 0;
        if (at < text.size()) {
            parameter.value += text[at];
        }
    }
    if (at >= text.size()) {
        return std::nullopt;
    }
    text = trim(text.substr(at + 1));
    return text.empty() || text.front() == ';' ? std::optional(parameter) : std::nullopt;
}

// RFC 9110 8.3.1: what a parameter means that we do not know (`profile`, `version`) is for its sender to know; only the
// charset changes how the bytes are read.
bool parameters_are_fine(std::string_view text) {
    while (!text.empty()) {
        if (text.front() == ';') {
            text = trim(text.substr(1));
            continue;
        }
        const auto parameter = take_parameter(text);
        if (!parameter || (iequals(parameter->name, "charset") && !iequals(parameter->value, "utf-8") &&
                           !iequals(parameter->value, "utf8"))) {
            return false;
        }
    }
    return true;
}

}  // namespace

bool has_json_body(const http::Request& request) {
    const auto is_encoded = [](const http::Field& header) {
        return header.id == field::content_encoding && !header.value.empty() && !iequals(header.value, "identity");
    };
    if (request.count(field::content_type) != 1 ||
        std::any_of(request.fields.begin(), request.fields.end(), is_encoded)) {
        return false;
    }
    const std::string_view type = request.header(field::content_type);
    const std::size_t semicolon = type.find(';');
    if (!iequals(trim(type.substr(0, semicolon)), "application/json")) {
        return false;
    }
    return semicolon == std::string_view::npos || parameters_are_fine(trim(type.substr(semicolon)));
}

}  // namespace loan_manager::gateway
