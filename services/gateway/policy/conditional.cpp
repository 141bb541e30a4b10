#include "gateway/policy/conditional.hpp"

#include <algorithm>
#include <charconv>

#include "digest/sha256.hpp"

namespace loan_manager::gateway {

using http::field;

namespace {

// etagc of RFC 9110: visible characters except the quote, and bytes above ASCII.
bool is_tag_char(char c) {
    const auto u = static_cast<unsigned char>(c);
    return u == 0x21 || (u >= 0x23 && u != 0x7f);
}

// Takes one `[W/]"…"` from the front; empty when there is none.
std::string_view take_tag(std::string_view& text) {
    const std::size_t open = text.starts_with("W/") ? 2 : 0;
    if (text.size() <= open || text[open] != '"') {
        return {};
    }
    const std::size_t close = text.find('"', open + 1);
    if (close == std::string_view::npos ||
        !std::all_of(text.begin() + static_cast<std::ptrdiff_t>(open) + 1,
                     text.begin() + static_cast<std::ptrdiff_t>(close), is_tag_char)) {
        return {};
    }
    const std::string_view tag = text.substr(0, close + 1);
    text.remove_prefix(close + 1);
    return tag;
}

std::string_view opaque(std::string_view tag) { return tag.starts_with("W/") ? tag.substr(2) : tag; }

}  // namespace

IfMatch parse_if_match(const http::Request& request) {
    const std::size_t count = request.count(field::if_match);
    if (count == 0) {
        return {};
    }
    std::string_view text = request.header(field::if_match);
    const std::string_view tag = take_tag(text);
    if (count > 1 || tag.empty() || tag.starts_with("W/") || !text.empty()) {
        return {IfMatch::Kind::bad, 0};
    }
    const std::string_view digits = tag.substr(1, tag.size() - 2);
    IfMatch result{IfMatch::Kind::version, 0};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), result.version);
    const bool is_version = error == std::errc{} && end == digits.data() + digits.size() && digits.front() >= '1';
    if (!is_version) {
        result.version = 0;
    }
    return result;
}

std::string strong_etag(std::int64_t version) { return '"' + std::to_string(version) + '"'; }

std::string weak_etag(std::string_view body) { return "W/\"" + digest::sha256_hex({body}).substr(0, 32) + '"'; }

bool none_match_hits(const http::Request& request, std::string_view etag) {
    for (const http::Field& header : request.fields) {
        if (header.id != field::if_none_match) {
            continue;
        }
        std::string_view text = header.value;
        if (text == "*") {
            return true;
        }
        while (!text.empty()) {
            const std::size_t start = text.find_first_not_of(" \t,");
            if (start == std::string_view::npos) {
                break;
            }
            text.remove_prefix(start);
            const std::string_view tag = take_tag(text);
            if (tag.empty()) {
                break;  // the rest is not a list of tags
            }
            if (opaque(tag) == opaque(etag)) {
                return true;
            }
        }
    }
    return false;
}

}  // namespace loan_manager::gateway
