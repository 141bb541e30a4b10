// What can be wrong with a request before it reaches a service, and the one error body of the API.
#pragma once

#include <boost/assert/source_location.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "errors/code.hpp"
#include "validate/issue.hpp"

namespace loan_manager::transcode {

struct Error {
    /// MALFORMED_JSON or UNKNOWN_FIELD (400); INTERNAL when an answer cannot be read (500).
    errors::Code code = errors::Code("INTERNAL");
    std::string message;
    std::vector<validate::Issue> details;
};

/// Thrown by `.value()` of a result that holds an Error.
class Failure : public std::runtime_error {
public:
    explicit Failure(Error error) : std::runtime_error(error.message), error_(std::move(error)) {}
    const Error& error() const noexcept { return error_; }

private:
    Error error_;
};

[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw Failure(error);
}

/// The error answer of D-211: {"code","message","request_id","details":[{"field","issue"}]}.
/// A detail also says the `limit` that was broken, and of a duplicate the bike in the way.
std::string error_body(std::string_view code, std::string_view message, std::string_view request_id,
                       const std::vector<validate::Issue>& details = {});

}  // namespace loan_manager::transcode
