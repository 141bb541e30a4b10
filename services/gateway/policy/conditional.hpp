// Entity tags and conditional requests (RFC 9110 8.8 and 13, D-214).
#pragma once

#include "gateway/http/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace loan_manager::gateway {

struct IfMatch {
    enum class Kind { absent, bad, version };
    Kind kind = Kind::absent;
    /// The version named. A well-formed tag that no row can have becomes 0, which no row has either: the service finds
    /// the precondition failed at its place in the order of checks.
    std::int32_t version = 0;
};

/// Reads If-Match: exactly one strong tag; `*`, weak tags and lists are bad.
IfMatch parse_if_match(const http::Request& request);

/// `"17"`
std::string strong_etag(std::int64_t version);
/// `W/"…"` of the body's SHA-256: equal on every instance.
std::string weak_etag(std::string_view body);

/// Whether If-None-Match names the tag (weak comparison, lists and `*` included).
bool none_match_hits(const http::Request& request, std::string_view etag);

}  // namespace loan_manager::gateway
