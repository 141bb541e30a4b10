#pragma once

#include <memory>
#include <optional>
#include <string>

#include "paging/cursor.hpp"

namespace loan_manager::paging {

/// Reads limit, cursor and with_total of a list request; tells what the query needs.
struct PageRequest {
    std::int32_t limit = default_limit;
    std::string bound_to;          ///< Fingerprint of filters and sort.
    std::optional<Cursor> cursor;  ///< Absent: the first page.
    bool count = true;             ///< Whether the total must be counted now.
    std::shared_ptr<const Seal> seal{};
};

/// Any list request: its fields `limit`, `cursor` and `with_total` are found by name. BAD_CURSOR.
rpc::Result<PageRequest> read_page(const google::protobuf::Message& request, std::shared_ptr<const Seal> seal);
inline std::string encode(const Cursor& cursor, const PageRequest& page) {
    return encode(cursor, page.bound_to, *page.seal);
}

}  // namespace loan_manager::paging
