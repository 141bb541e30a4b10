// Protobuf message → HTTP answer.
#pragma once

#include <google/protobuf/message.h>

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "transcode/error.hpp"
#include "transcode/route.hpp"

namespace loan_manager::transcode {

struct EncodedResponse {
    /// JSON text; empty for 204.
    std::string body;
    /// Filled from the route's template; empty when the route has none.
    std::string location;
    /// The answer's top-level `version` field: the ETag of a single row (D-214).
    std::optional<std::int64_t> version;
};

/// Turns the serialised response of a call into the answer. Fails with INTERNAL when the bytes are not a
/// response of this route (services of different releases).
boost::system::result<EncodedResponse, Error> encode_response(const Route& route, std::string_view wire);

/// The same from a parsed message, which must be of the route's response type.
EncodedResponse encode_response(const Route& route, const google::protobuf::Message& message);

/// Appends the JSON of any message by the rules of an API answer: snake_case keys in field order, unset
/// `optional` and message fields as null, int64 as string, timestamps as RFC 3339 UTC with milliseconds, enum tokens.
void append_json(const google::protobuf::Message& message, std::string& out);

/// Appends a JSON string literal, quotes included. `text` must be UTF-8.
void append_json_string(std::string_view text, std::string& out);

}  // namespace loan_manager::transcode
