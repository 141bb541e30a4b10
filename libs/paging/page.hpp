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

template <class Request>
rpc::Result<PageRequest> read_page(const Request& request) {
    PageRequest page;
    page.limit = request.has_limit() ? request.limit() : default_limit;
    page.bound_to = fingerprint(request);
    page.count = !request.has_with_total() || request.with_total();
    if (request.has_cursor()) {
        auto cursor = decode(request.cursor(), page.bound_to);
        if (!cursor) {
            return std::move(cursor).error();
        }
        page.cursor = std::move(*cursor);
        if (!page.count) {
            page.cursor->total.reset();
            page.cursor->total_capped = false;
        }
        page.count = false;  // the cursor carries it
    }
    return page;
}

/// Fills total, total_capped and next_cursor of a list answer. `last` is the cursor position of the last row of the
/// page if another page follows; `counted` the result of counting up to total_cap + 1, if that was asked for.
template <class List>
void finish_page(List& list, const PageRequest& page, std::optional<Cursor> last, std::optional<std::int64_t> counted) {
    std::optional<std::int64_t> total;
    bool capped = false;
    if (page.cursor) {
        total = page.cursor->total;
        capped = page.cursor->total_capped;
    } else if (counted) {
        capped = *counted > total_cap;
        total = capped ? total_cap : *counted;
    }
    if (total) {
        list.set_total(static_cast<std::int32_t>(*total));
    }
    list.set_total_capped(capped);
    if (last) {
        last->total = total;
        last->total_capped = capped;
        list.set_next_cursor(encode(*last, page.bound_to));
    }
}

}  // namespace loan_manager::paging
