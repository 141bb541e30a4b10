#include "postgres/error.hpp"

namespace loan_manager::postgres {

bool Error::is_retryable() const {
    return stale_plan || is(sqlstate::serialization_failure) || is(sqlstate::deadlock_detected);
}

std::string_view to_string(Error::Kind kind) {
    switch (kind) {
        case Error::Kind::unavailable:
            return "unavailable";
        case Error::Kind::timeout:
            return "timeout";
        case Error::Kind::cancelled:
            return "cancelled";
        case Error::Kind::pool_exhausted:
            return "pool_exhausted";
        case Error::Kind::server:
            return "server";
        case Error::Kind::protocol:
            return "protocol";
        case Error::Kind::conversion:
            return "conversion";
    }
    return "unknown";
}

std::string to_string(const Error& error) {
    std::string text = "postgres ";
    text += to_string(error.kind);
    if (!error.sqlstate.empty()) {
        text += " [" + error.sqlstate + "]";
    }
    text += ": " + error.message;
    if (!error.constraint.empty() && error.message.find(error.constraint) == std::string::npos) {
        text += " (" + error.constraint + ")";
    }
    return text;
}

Failure::Failure(Error error) : std::runtime_error(to_string(error)), error_(std::move(error)) {}

void throw_exception_from_error(const Error& error, const boost::source_location& /*where*/) { throw Failure(error); }

}  // namespace loan_manager::postgres
