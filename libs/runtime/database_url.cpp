#include <optional>
#include <string>
#include <string_view>

#include "runtime/settings.hpp"

namespace loan_manager::runtime {
namespace {

constexpr std::string_view separator = "://";

/// asyncpg's `ssl` parameter under libpq's name.
std::string translate_parameter(std::string_view parameter) {
    constexpr std::string_view ssl = "ssl=";
    if (!parameter.starts_with(ssl)) {
        return std::string(parameter);
    }
    const std::string_view value = parameter.substr(ssl.size());
    if (value == "true") {
        return "sslmode=require";
    }
    return "sslmode=" + std::string(value == "false" ? "disable" : value);
}

std::string translate_parameters(std::string_view query) {
    std::string out;
    while (!query.empty()) {
        const auto end = query.find('&');
        out += (out.empty() ? "?" : "&") + translate_parameter(query.substr(0, end));
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    }
    return out;
}

/// Hides what follows `key` up to the terminator, wherever it occurs.
void mask_values(std::string& text, std::string_view key, std::string_view terminators) {
    std::size_t position = 0;
    while ((position = text.find(key, position)) != std::string::npos) {
        position += key.size();
        const bool quoted = position < text.size() && text[position] == '\'';
        const auto end = quoted ? text.find('\'', position + 1) : text.find_first_of(terminators, position);
        text.replace(position, end == std::string::npos ? end : end - position + (quoted ? 1 : 0), "***");
    }
}

}  // namespace

std::optional<std::string> normalise_database_url(std::string_view url) {
    const auto colon = url.find(separator);
    if (colon == std::string_view::npos) {
        // A DSN: host=… dbname=…
        return url.find('=') == std::string_view::npos ? std::nullopt : std::optional(std::string(url));
    }
    std::string_view scheme = url.substr(0, colon);
    const auto plus = scheme.find('+');
    if (plus != std::string_view::npos) {
        scheme = scheme.substr(0, plus);
    }
    if (scheme != "postgresql" && scheme != "postgres") {
        return std::nullopt;
    }
    const std::string_view rest = url.substr(colon + separator.size());
    const auto question = rest.find('?');
    std::string out = "postgresql://" + std::string(rest.substr(0, question));
    if (question != std::string_view::npos) {
        out += translate_parameters(rest.substr(question + 1));
    }
    return out;
}

std::string mask_database_url(std::string_view url) {
    std::string text(url);
    const auto colon = text.find(separator);
    if (colon == std::string::npos) {
        mask_values(text, "password=", " ");
        return text;
    }
    mask_values(text, "password=", "&");
    const auto begin = colon + separator.size();
    const auto end = text.find_first_of("/?", begin);
    const auto at = text.substr(0, end).rfind('@');
    if (at == std::string::npos || at < begin) {
        return text;
    }
    const auto password = text.find(':', begin);
    if (password < at) {
        text.replace(password + 1, at - password - 1, "***");
    }
    return text;
}

}  // namespace loan_manager::runtime
