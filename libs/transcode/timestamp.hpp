// google.protobuf.Timestamp as RFC 3339 text (D-204).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace loan_manager::transcode {

struct Instant {
    std::int64_t seconds = 0;  // since 1970-01-01T00:00:00Z
    std::int32_t nanos = 0;
};

/// Appends `2026-03-01T09:30:00.125Z`: UTC, exactly three decimals (cut, not rounded), always `Z`.
void append_timestamp(Instant instant, std::string& out);

/// Reads RFC 3339 with `Z` or an offset and up to nine decimals; years 0001 to 9999.
std::optional<Instant> parse_timestamp(std::string_view text);

}  // namespace loan_manager::transcode
