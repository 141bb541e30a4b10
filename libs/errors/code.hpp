// The codes of error answers (D-211), each with all it means. A name that is not in the table does not compile.
#pragma once

#include <grpcpp/support/status_code_enum.h>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace loan_manager::errors {

/// One row of the table.
struct CodeInfo {
    std::string_view name;
    grpc::StatusCode grpc_status;
    unsigned http_status;
    std::string_view message;           ///< Standard message.
    std::uint32_t retry_after_seconds;  ///< Standard hint; 0: none.
};

namespace detail {

using S = grpc::StatusCode;

// In the order of the HTTP status. The gRPC codes follow google.rpc.Code's mapping where D-211 does not refine it.
inline constexpr std::array table = {
    CodeInfo{"BAD_REQUEST", S::INVALID_ARGUMENT, 400, "This is not a valid HTTP/1.1 request.", 0},
    CodeInfo{"MALFORMED_JSON", S::INVALID_ARGUMENT, 400, "The request could not be read.", 0},
    CodeInfo{"UNKNOWN_FIELD", S::INVALID_ARGUMENT, 400, "The request has fields this endpoint does not know.", 0},
    CodeInfo{"BAD_CURSOR", S::INVALID_ARGUMENT, 400, "The cursor does not belong to this list.", 0},
    CodeInfo{"BAD_IF_MATCH", S::INVALID_ARGUMENT, 400, "If-Match must be one strong entity tag.", 0},
    CodeInfo{"IDEMPOTENCY_KEY_REQUIRED", S::INVALID_ARGUMENT, 400, "This request needs an Idempotency-Key.", 0},
    CodeInfo{"BAD_IDEMPOTENCY_KEY", S::INVALID_ARGUMENT, 400,
             "Idempotency-Key must be 8 to 128 letters, digits, '-' or '_'.", 0},
    CodeInfo{"UNAUTHENTICATED", S::UNAUTHENTICATED, 401, "Sign in first.", 0},
    CodeInfo{"TOKEN_EXPIRED", S::UNAUTHENTICATED, 401, "The access token has expired.", 0},
    CodeInfo{"BAD_CREDENTIALS", S::UNAUTHENTICATED, 401, "Username or password is wrong.", 0},
    CodeInfo{"TOKEN_REUSED", S::UNAUTHENTICATED, 401, "This refresh token was used before; sign in again.", 0},
    CodeInfo{"FORBIDDEN", S::PERMISSION_DENIED, 403, "None of your roles has this permission.", 0},
    CodeInfo{"OUT_OF_SCOPE", S::PERMISSION_DENIED, 403, "This record is outside your scope.", 0},
    CodeInfo{"SELF_APPROVAL", S::PERMISSION_DENIED, 403, "Somebody else must approve your own request.", 0},
    CodeInfo{"LOSS_NEEDS_MANAGER", S::PERMISSION_DENIED, 403, "A sale at a loss needs a manager.", 0},
    CodeInfo{"EDIT_WINDOW_CLOSED", S::PERMISSION_DENIED, 403, "The time in which this may be edited is over.", 0},
    CodeInfo{"NOT_FOUND", S::NOT_FOUND, 404, "There is no such record.", 0},
    CodeInfo{"METHOD_NOT_ALLOWED", S::UNIMPLEMENTED, 405, "This method is not allowed here.", 0},
    CodeInfo{"DUPLICATE", S::ALREADY_EXISTS, 409, "Such a record exists already.", 0},
    CodeInfo{"INVALID_STATE", S::FAILED_PRECONDITION, 409, "The record's state does not allow this.", 0},
    CodeInfo{"BIKE_SOLD", S::FAILED_PRECONDITION, 409, "The bike is sold.", 0},
    CodeInfo{"OPEN_TRANSFER", S::FAILED_PRECONDITION, 409, "The bike has an open transfer.", 0},
    CodeInfo{"OPEN_JOB", S::FAILED_PRECONDITION, 409, "The bike has an open repair job.", 0},
    CodeInfo{"NOT_AT_BRANCH", S::FAILED_PRECONDITION, 409, "The bike is not at this branch.", 0},
    CodeInfo{"BRANCH_INACTIVE", S::FAILED_PRECONDITION, 409, "The branch is not active.", 0},
    CodeInfo{"STOCK_NUMBER_EXHAUSTED", S::FAILED_PRECONDITION, 409, "The branch has no stock numbers left.", 0},
    CodeInfo{"LOSS_NOT_ACKNOWLEDGED", S::FAILED_PRECONDITION, 409, "The loss must be acknowledged.", 0},
    CodeInfo{"WARRANTY_EXPIRED", S::FAILED_PRECONDITION, 409, "The warranty has expired.", 0},
    CodeInfo{"SALE_VOID_PENDING", S::FAILED_PRECONDITION, 409, "The sale waits for a decision on its void.", 0},
    CodeInfo{"TRADE_IN_NOT_RETURNABLE", S::FAILED_PRECONDITION, 409, "The trade-in cannot be returned.", 0},
    CodeInfo{"RULE_OVERLAP", S::FAILED_PRECONDITION, 409, "The rule overlaps another one.", 0},
    CodeInfo{"RULE_IN_USE", S::FAILED_PRECONDITION, 409, "The rule has been used already.", 0},
    CodeInfo{"IN_USE", S::FAILED_PRECONDITION, 409, "The record is in use.", 0},
    CodeInfo{"IMPORT_HAS_ERRORS", S::FAILED_PRECONDITION, 409, "The import has errors.", 0},
    CodeInfo{"IDEMPOTENCY_IN_FLIGHT", S::ABORTED, 409, "A request with this Idempotency-Key is still running.", 1},
    CodeInfo{"PRECONDITION_FAILED", S::FAILED_PRECONDITION, 412, "The record has changed meanwhile.", 0},
    CodeInfo{"TOO_LARGE", S::INVALID_ARGUMENT, 413, "The request is too large.", 0},
    CodeInfo{"UNSUPPORTED_MEDIA_TYPE", S::INVALID_ARGUMENT, 415, "This media type is not supported.", 0},
    CodeInfo{"VALIDATION", S::INVALID_ARGUMENT, 422, "Some fields are not valid.", 0},
    CodeInfo{"IDEMPOTENCY_MISMATCH", S::INVALID_ARGUMENT, 422, "This Idempotency-Key was used with another request.",
             0},
    CodeInfo{"EXPORT_TOO_LARGE", S::INVALID_ARGUMENT, 422, "The export has too many rows.", 0},
    CodeInfo{"PRECONDITION_REQUIRED", S::FAILED_PRECONDITION, 428, "This request needs If-Match.", 0},
    CodeInfo{"RATE_LIMITED", S::RESOURCE_EXHAUSTED, 429, "Too many requests.", 1},
    CodeInfo{"LOGIN_THROTTLED", S::RESOURCE_EXHAUSTED, 429, "Too many failed sign-ins; wait a while.", 1},
    CodeInfo{"CLIENT_CLOSED", S::CANCELLED, 499, "The caller gave up.", 0},
    CodeInfo{"INTERNAL", S::INTERNAL, 500, "Something went wrong on our side.", 0},
    CodeInfo{"UNAVAILABLE", S::UNAVAILABLE, 503, "The service cannot be reached at present.", 1},
    CodeInfo{"VIEW_NOT_READY", S::UNAVAILABLE, 503, "The report is being prepared.", 5},
    CodeInfo{"DEADLINE_EXCEEDED", S::DEADLINE_EXCEEDED, 504, "The request took too long.", 0},
};

/// Its row's number; the table's size if there is none. (A pointer compared with null is no constant to g++ 12 when it
/// compiles for UndefinedBehaviorSanitizer.)
constexpr std::size_t find(std::string_view name) noexcept {
    std::size_t row = 0;
    while (row != table.size() && table[row].name != name) {
        ++row;
    }
    return row;
}

}  // namespace detail

/// One code of the table; a small value.
class Code {
public:
    /// `Code code = "BIKE_SOLD";` – literals only, looked up by the compiler.
    template <std::size_t N>
    consteval Code(const char (&name)[N])  // NOLINT: a code reads as its name
        : Code(known(detail::find(std::string_view(name, N - 1)))) {}

    /// For names that arrive while the program runs: from another service, from an annotation.
    static std::optional<Code> from(std::string_view name) noexcept;

    constexpr const CodeInfo& info() const noexcept { return *row_; }
    constexpr std::string_view name() const noexcept { return row_->name; }

    friend constexpr bool operator==(Code a, Code b) noexcept { return a.row_ == b.row_; }

private:
    static constexpr std::size_t known(std::size_t row) {
        return row != detail::table.size() ? row : throw std::logic_error("there is no such error code");
    }
    constexpr explicit Code(std::size_t row) noexcept : row_(&detail::table[row]) {}

    const CodeInfo* row_;
};

/// Its name.
std::ostream& operator<<(std::ostream& out, Code code);

/// The whole table, for documentation and tests.
inline constexpr const auto& all_codes = detail::table;

}  // namespace loan_manager::errors
