#include "runtime/log_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>

#include "runtime/colombo_time.hpp"

namespace loan_manager::runtime::log {
namespace {

// Longer texts come from clients or from bugs; a line stays readable and the queue bounded.
constexpr std::size_t max_text = 8192;
constexpr std::string_view mask = "***";
constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

std::string_view level_name(Level level) {
    switch (level) {
        case Level::debug:
            return "debug";
        case Level::info:
            return "info";
        case Level::warning:
            return "warning";
        case Level::error:
            return "error";
        case Level::off:
            break;
    }
    return "off";
}

/// The length of the well-formed UTF-8 sequence at the front (Unicode table 3-7), or 0.
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t index) { return static_cast<std::uint8_t>(text[index]); };
    const std::uint8_t first = byte(0);
    std::size_t length = 0;
    std::uint8_t low = 0x80, high = 0xbf;
    if (first < 0x80) {
        return 1;
    } else if (first >= 0xc2 && first <= 0xdf) {
        length = 2;
    } else if (first >= 0xe0 && first <= 0xef) {
        length = 3;
        low = first == 0xe0 ? 0xa0 : 0x80;
        high = first == 0xed ? 0x9f : 0xbf;
    } else if (first >= 0xf0 && first <= 0xf4) {
        length = 4;
        low = first == 0xf0 ? 0x90 : 0x80;
        high = first == 0xf4 ? 0x8f : 0xbf;
    } else {
        return 0;
    }
    if (text.size() < length || byte(1) < low || byte(1) > high) {
        return 0;
    }
    for (std::size_t index = 2; index < length; ++index) {
        if (byte(index) < 0x80 || byte(index) > 0xbf) {
            return 0;
        }
    }
    return length;
}

/// Appends the text with everything escaped that a JSON string, or a terminal, must not get raw.
void append_escaped(std::string& out, std::string_view text) {
    const bool cut = text.size() > max_text;
    text = text.substr(0, max_text);
    while (!text.empty()) {
        const char c = text.front();
        std::size_t length = 1;
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\r') {
            out += "\\r";
        } else if (c == '\t') {
            out += "\\t";
        } else if (static_cast<std::uint8_t>(c) < 0x20 || c == 0x7f) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
        } else if ((length = utf8_length(text)) == 0) {
            out += replacement;
            length = 1;
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(length);
    }
    if (cut) {
        out += "…";
    }
}

bool names_secret(std::string_view key) {
    static constexpr std::array<std::string_view, 9> words = {"password",    "passwd",        "secret",
                                                              "token",       "authorization", "cookie",
                                                              "private_key", "credential",    "database_url"};
    std::string lower(key);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
    return std::ranges::any_of(words, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

bool is_reserved(std::string_view key) { return key == "ts" || key == "level" || key == "service" || key == "message"; }

bool needs_quotes(std::string_view text) {
    return text.empty() ||
           std::ranges::any_of(text, [](char c) { return c <= ' ' || c == '"' || c == '=' || c == '\\'; });
}

struct AppendJson {
    std::string& out;

    void operator()(std::string_view text) const {
        out += '"';
        append_escaped(out, text);
        out += '"';
    }
    void operator()(bool value) const { out += value ? "true" : "false"; }
    void operator()(double value) const {
        if (std::isfinite(value)) {
            fmt::format_to(std::back_inserter(out), "{}", value);
        } else {
            out += "null";
        }
    }
    void operator()(auto value) const { fmt::format_to(std::back_inserter(out), "{}", value); }
};

struct AppendConsole {
    std::string& out;

    void operator()(std::string_view text) const {
        if (needs_quotes(text)) {
            AppendJson{out}(text);
        } else {
            append_escaped(out, text);
        }
    }
    void operator()(auto value) const { AppendJson{out}(value); }
};

template <typename Append>
void append_value(std::string& out, const Field& field) {
    if (std::holds_alternative<std::string_view>(field.value()) && names_secret(field.key())) {
        Append{out}(mask);
    } else {
        std::visit(Append{out}, field.value());
    }
}

}  // namespace

std::string format_json(const Line& line) {
    std::string out;
    out.reserve(256);
    out += R"({"ts":")";
    out += format_rfc3339(line.at);
    out += R"(","level":")";
    out += level_name(line.level);
    out += R"(","service":)";
    AppendJson{out}(line.service);
    out += R"(,"message":)";
    AppendJson{out}(line.message);
    for (const Field& field : line.fields) {
        out += R"(,")";
        append_escaped(out, field.key());
        out += is_reserved(field.key()) ? R"(_":)" : R"(":)";
        append_value<AppendJson>(out, field);
    }
    out += "}\n";
    return out;
}

std::string format_console(const Line& line) {
    std::string level(level_name(line.level));
    std::ranges::transform(level, level.begin(), [](char c) { return static_cast<char>(c - 32); });
    std::string out = fmt::format("{} {:<7} {}: ", format_rfc3339(line.at), level, line.service);
    append_escaped(out, line.message);
    for (const Field& field : line.fields) {
        out += ' ';
        append_escaped(out, field.key());
        out += '=';
        append_value<AppendConsole>(out, field);
    }
    out += '\n';
    return out;
}

}  // namespace loan_manager::runtime::log
