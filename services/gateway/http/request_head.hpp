// Beast's parser with the strictness a gateway needs in front of other parsers.
#pragma once

#include <string_view>

#include "gateway/http/message.hpp"
#include "gateway/http/parse_error.hpp"

namespace loan_manager::gateway::http {

/// Parses a complete head that HeadScan accepted into `request`, which must be fresh or reset, and keeps a copy of the
/// head there for the views to point into. After an error the request holds what was understood until then.
///
/// On top of Beast's checks it refuses: a request line that is not three words with one space between;
/// Transfer-Encoding other than exactly `chunked`, or together with Content-Length, or in HTTP/1.0; a repeated
/// Content-Length even when the values agree; a missing or repeated Host; targets that are neither origin form nor
/// absolute http(s) form.
ParseError parse_head(std::string_view head, Request& request);

}  // namespace loan_manager::gateway::http
