// Percent-decoding of paths and queries (RFC 3986; `+` as a space in queries, as HTML forms write it).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loan_manager::transcode {

/// Decoded text, or nothing when an escape is incomplete or the result is not UTF-8.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

struct QueryParameter {
    std::string name;
    /// Nothing when the value could not be decoded.
    std::optional<std::string> value;
};

/// Splits `a=1&b=2`. Empty pieces are skipped; a name that cannot be decoded is kept as it was written.
std::vector<QueryParameter> split_query(std::string_view query);

}  // namespace loan_manager::transcode
