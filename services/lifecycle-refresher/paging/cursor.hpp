#pragma once

#include <cstdint>
#include <google/protobuf/message.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loan_manager::lifecycle {

/// Where a list goes on (D-213): opaque to clients, bound to the filters it was made for.
struct PageCursor {
    std::vector<std::string> keys;      ///< Sort values of the last row shown.
    std::optional<std::int64_t> total;  ///< Counted at the first page.
};

std::string encode_cursor(const google::protobuf::Message& request, const PageCursor& cursor);

/// Nothing when the text is no cursor, was made for other filters, or has not `key_count` keys. The keys are a client's
/// text still: read them as what they must be before use.
std::optional<PageCursor> decode_cursor(const google::protobuf::Message& request, std::string_view text,
                                        std::size_t key_count);

}  // namespace loan_manager::lifecycle
