// HTTP request → protobuf message.
#pragma once

#include <google/protobuf/message.h>

#include <boost/system/result.hpp>
#include <memory>
#include <string_view>
#include <vector>

#include "transcode/error.hpp"
#include "transcode/route_table.hpp"

namespace loan_manager::transcode {

struct DecodedRequest {
    /// The rpc's request message.
    std::unique_ptr<google::protobuf::Message> message;
    /// Type-level problems (type, not_allowed, out_of_range, format of a timestamp): the call goes on with
    /// them, and the service answers them together with its own (422 VALIDATION).
    std::vector<validate::Issue> issues;
};

/// Fills the request message of a found route from the path variables, the raw query (without `?`) and the body.
///
/// Refused at once: malformed JSON, duplicate keys at any level, a body that is not an object (MALFORMED_JSON);
/// body or query fields the request does not have, all of them named (UNKNOWN_FIELD). A body of length 0 is `{}`.
/// Collected in `issues`: wrong types, numbers out of range, unknown enum tokens.
///
/// JSON forms: int32 is a number without fraction or exponent; int64 and money are strings; timestamps are
/// RFC 3339; enums are tokens (enum_token.hpp). null means absent; in a PATCH the keys present, null ones too,
/// are listed in `update_mask`. Query: `+` is a space, an empty value of any type is absent, a scalar may be given
/// once, lists are comma-separated or repeated.
boost::system::result<DecodedRequest, Error> decode_request(const Match& match, std::string_view query,
                                                            std::string_view body);

}  // namespace loan_manager::transcode
