#include "rpc/error.hpp"

#include <algorithm>
#include <array>
#include <ostream>

#include "loanmanager/common/v1/error.pb.h"

namespace loan_manager::rpc {
namespace {

using S = grpc::StatusCode;

// Sorted by status; found by code. The gRPC codes follow google.rpc.Code's HTTP mapping where D-211 does not refine it.
constexpr std::array table = {
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

const CodeInfo* find(std::string_view code) noexcept {
    const auto found =
        std::find_if(table.begin(), table.end(), [code](const CodeInfo& row) { return row.code == code; });
    return found == table.end() ? nullptr : &*found;
}

// What a status means that carries no details of ours.
std::string_view code_of(grpc::StatusCode status) noexcept {
    switch (status) {
        case S::CANCELLED:
            return "CLIENT_CLOSED";
        case S::DEADLINE_EXCEEDED:
            return "DEADLINE_EXCEEDED";
        case S::UNAVAILABLE:
            return "UNAVAILABLE";
        case S::UNAUTHENTICATED:
            return "UNAUTHENTICATED";
        case S::PERMISSION_DENIED:
            return "FORBIDDEN";
        case S::NOT_FOUND:
            return "NOT_FOUND";
        default:
            return "INTERNAL";
    }
}

void write(const std::vector<FieldIssue>& issues, loanmanager::common::v1::ErrorDetail& detail) {
    for (const FieldIssue& issue : issues) {
        loanmanager::common::v1::FieldIssue& entry = *detail.add_details();
        entry.set_field(issue.field);
        entry.set_issue(issue.issue);
        entry.set_limit(issue.limit);
        entry.set_bicycle_id(issue.bicycle_id);
        entry.set_stock_number(issue.stock_number);
    }
}

void take(loanmanager::common::v1::ErrorDetail& detail, std::vector<FieldIssue>& issues) {
    issues.reserve(issues.size() + static_cast<std::size_t>(detail.details_size()));
    for (loanmanager::common::v1::FieldIssue& entry : *detail.mutable_details()) {
        FieldIssue& issue = issues.emplace_back(std::move(*entry.mutable_field()), std::move(*entry.mutable_issue()),
                                                std::move(*entry.mutable_limit()));
        issue.bicycle_id = std::move(*entry.mutable_bicycle_id());
        issue.stock_number = std::move(*entry.mutable_stock_number());
    }
}

}  // namespace

Error::Error(std::string_view error_code)
    : code(error_code),
      message(code_info(error_code).message),
      retry_after_seconds(code_info(error_code).retry_after_seconds) {}

std::ostream& operator<<(std::ostream& out, const Error& error) { return out << error.code << ": " << error.message; }

void throw_exception_from_error(const Error& error, const boost::source_location&) { throw Failure(error); }

const CodeInfo& code_info(std::string_view code) noexcept {
    static const CodeInfo& internal = *find("INTERNAL");
    const CodeInfo* row = find(code);
    return row == nullptr ? internal : *row;
}

std::vector<CodeInfo> all_codes() { return {table.begin(), table.end()}; }

grpc::Status to_status(const Error& error) {
    const CodeInfo& info = code_info(error.code);
    loanmanager::common::v1::ErrorDetail detail;
    detail.set_code(std::string(info.code));
    write(error.details, detail);
    detail.set_retry_after_seconds(error.retry_after_seconds != 0 ? error.retry_after_seconds
                                                                  : info.retry_after_seconds);
    // A code outside the table is a programming error; its text stays here.
    const bool known = info.code == error.code;
    std::string message = known && !error.message.empty() ? error.message : std::string(info.message);
    return grpc::Status(info.grpc_status, std::move(message), detail.SerializeAsString());
}

Error from_status(const grpc::Status& status) {
    loanmanager::common::v1::ErrorDetail detail;
    const std::string bytes = status.error_details();
    if (bytes.empty() || !detail.ParseFromString(bytes) || find(detail.code()) == nullptr) {
        return Error(code_of(status.error_code()));
    }
    std::vector<FieldIssue> issues;
    take(detail, issues);
    return Error(detail.code(), status.error_message(), std::move(issues), detail.retry_after_seconds());
}

std::string serialise(const std::vector<FieldIssue>& issues) {
    loanmanager::common::v1::ErrorDetail detail;
    detail.set_code("VALIDATION");
    write(issues, detail);
    return detail.SerializeAsString();
}

bool parse(std::string_view bytes, std::vector<FieldIssue>& issues) {
    loanmanager::common::v1::ErrorDetail detail;
    if (!detail.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        return false;
    }
    take(detail, issues);
    return true;
}

Error validation(std::vector<FieldIssue> issues) {
    Error error("VALIDATION");
    error.details = std::move(issues);
    return error;
}

Error not_found(std::string message) { return Error("NOT_FOUND", std::move(message)); }
Error forbidden() { return Error("FORBIDDEN"); }
Error forbidden(const access::Identity& caller) {
    if (!caller.roles.empty()) {
        return forbidden();
    }
    return Error("FORBIDDEN",
                 "None of your roles has this permission. If you signed in with a one-time password, change it first "
                 "(POST /v1/me/password), then sign in again.");
}
Error out_of_scope() { return Error("OUT_OF_SCOPE"); }

Error unavailable(std::uint32_t retry_after_seconds) {
    Error error("UNAVAILABLE");
    error.retry_after_seconds = retry_after_seconds;
    return error;
}

Error internal_error() { return Error("INTERNAL"); }

}  // namespace loan_manager::rpc
