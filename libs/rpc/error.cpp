#include "rpc/error.hpp"

#include <optional>
#include <ostream>

#include "loanmanager/common/v1/error.pb.h"

namespace loan_manager::rpc {
namespace {

using S = grpc::StatusCode;

// What a status means that carries no details of ours.
Code code_of(grpc::StatusCode status) noexcept {
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
        FieldIssue& issue = issues.emplace_back(
            FieldIssue::received(std::move(*entry.mutable_field()), std::move(*entry.mutable_issue())));
        issue.limit = std::move(*entry.mutable_limit());
        issue.bicycle_id = std::move(*entry.mutable_bicycle_id());
        issue.stock_number = std::move(*entry.mutable_stock_number());
    }
}

}  // namespace

Error::Error(Code error_code)
    : code(error_code),
      message(error_code.info().message),
      retry_after_seconds(error_code.info().retry_after_seconds) {}

std::string text_of(const Error& error) { return std::string(error.code.name()) + ": " + error.message; }

std::ostream& operator<<(std::ostream& out, const Error& error) { return out << text_of(error); }

void throw_exception_from_error(const Error& error, const boost::source_location&) { throw Failure(error); }

grpc::Status to_status(const Error& error) {
    const errors::CodeInfo& info = error.code.info();
    loanmanager::common::v1::ErrorDetail detail;
    detail.set_code(std::string(info.name));
    write(error.details, detail);
    detail.set_retry_after_seconds(error.retry_after_seconds != 0 ? error.retry_after_seconds
                                                                  : info.retry_after_seconds);
    std::string message = error.message.empty() ? std::string(info.message) : error.message;
    return grpc::Status(info.grpc_status, std::move(message), detail.SerializeAsString());
}

Error from_status(const grpc::Status& status) {
    loanmanager::common::v1::ErrorDetail detail;
    const std::string bytes = status.error_details();
    const std::optional<Code> code =
        !bytes.empty() && detail.ParseFromString(bytes) ? Code::from(detail.code()) : std::nullopt;
    if (!code) {
        return Error(code_of(status.error_code()));
    }
    std::vector<FieldIssue> issues;
    take(detail, issues);
    return Error(*code, status.error_message(), std::move(issues), detail.retry_after_seconds());
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
