#pragma once

#include <google/protobuf/message.h>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paging/seal.hpp"
#include "rpc/error.hpp"

namespace loan_manager::paging {

inline constexpr std::int32_t default_limit = 50;
inline constexpr std::int32_t max_limit = 200;
/// `total` is exact up to here (D-213).
inline constexpr std::int64_t total_cap = 1'000;

/// Where a page ended, and what its client has been told. Sealed before a client sees it: the sort value of a row may
/// be what the client is not allowed to see.
struct Cursor {
    std::string key;  ///< Sort value of the last row, in the list's own text form.
    std::string id;   ///< UUID of the last row.
    std::optional<std::int64_t> total;
    bool total_capped = false;
    std::vector<std::string> totals;  ///< Aggregates over the whole list, in the list's order.
};

/// What a cursor is bound to: everything in the request except `cursor`, `limit` and `with_total`.
std::string fingerprint(const google::protobuf::Message& request);

/// Sealed and bound to the fingerprint.
std::string encode(const Cursor& cursor, std::string_view fingerprint, const Seal& seal);
/// BAD_CURSOR if it is not one of ours or belongs to other filters or another sort.
rpc::Result<Cursor> decode(std::string_view text, std::string_view fingerprint, const Seal& seal);

rpc::Error bad_cursor();

/// `sort=-created_at`: the field and its direction.
struct Sort {
    std::string_view field;
    bool descending = false;
};
Sort parse_sort(std::string_view text);

}  // namespace loan_manager::paging
