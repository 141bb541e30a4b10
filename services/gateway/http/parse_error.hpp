#pragma once

namespace loan_manager::gateway::http {

/// Why a request cannot be understood. `ok` means nothing is wrong so far.
enum class ParseError {
    ok,
    /// Answered 400; the connection ends, since its framing can no longer be trusted.
    bad_request,
    /// Answered 505.
    bad_version,
    /// Answered 413.
    body_too_large,
};

}  // namespace loan_manager::gateway::http
