#pragma once

#include <grpcpp/support/status.h>
#include <boost/system/result.hpp>
#include <cstdint>
#include <iosfwd>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "access/identity.hpp"
#include "errors/code.hpp"
#include "validate/issue.hpp"

namespace loan_manager::rpc {

using errors::Code;

/// What is wrong with one field of a request (D-211).
using FieldIssue = validate::Issue;

/// The error of every call, on its way from a rule to the HTTP client. A value. Codes are
/// checked by the compiler: `Error("BIKE_SOLD")` compiles, `Error("BIKE_SODL")` and `error.code == "BIKE_SODL"` do not.
///
/// (Constructors rather than an aggregate: g++ 12 destroys aggregate temporaries twice inside co_await.)
struct Error {
    Error() = default;
    /// With the standard message of the code.
    explicit Error(Code error_code);
    Error(Code error_code, std::string text) : code(error_code), message(std::move(text)) {}
    Error(Code error_code, std::string text, std::vector<FieldIssue> issues, std::uint32_t retry_after = 0)
        : code(error_code), message(std::move(text)), details(std::move(issues)), retry_after_seconds(retry_after) {}

    Code code = Code("INTERNAL");
    std::string message;                    ///< For people; never SQL, stack traces or internal names.
    std::vector<FieldIssue> details;        ///< Field issues, mostly of VALIDATION.
    std::uint32_t retry_after_seconds = 0;  ///< 0: not known.
};

/// "BIKE_SOLD: The bike is sold."; for logs and tests.
std::ostream& operator<<(std::ostream& out, const Error& error);

/// The same as a string.
std::string text_of(const Error& error);

/// Thrown by `Result::value()` on an error; the server wrapper answers with it.
class Failure : public std::runtime_error {
public:
    explicit Failure(Error error) : std::runtime_error(text_of(error)), error_(std::move(error)) {}
    const Error& error() const noexcept { return error_; }

private:
    Error error_;
};

template <class T>
using Result = boost::system::result<T, Error>;

/// Found by Boost.System: makes `Result::value()` throw Failure.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

inline unsigned http_status(const Error& error) noexcept { return error.code.info().http_status; }

/// Error → status, with a serialised loanmanager.common.v1.ErrorDetail as details.
grpc::Status to_status(const Error& error);

/// Status of a failed call → Error. Without details (transport failures, foreign servers) the code follows from
/// the status code and the message is the standard one, so that addresses and library texts never reach a client.
Error from_status(const grpc::Status& status);

/// List of field issues ↔ metadata value `field-issues-bin`.
std::string serialise(const std::vector<FieldIssue>& issues);
bool parse(std::string_view bytes, std::vector<FieldIssue>& issues);

// The frequent ones.
Error validation(std::vector<FieldIssue> issues);
Error not_found(std::string message = "There is no such record.");
Error forbidden();
/// FORBIDDEN in words for this caller: a token without roles is that of somebody who signed in with a one-time
/// password.
Error forbidden(const access::Identity& caller);
Error out_of_scope();
Error unavailable(std::uint32_t retry_after_seconds = 1);
Error internal_error();

}  // namespace loan_manager::rpc
