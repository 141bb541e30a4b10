#include <doctest/doctest.h>
#include <set>

#include "loanmanager/common/v1/error.pb.h"
#include "rpc/error.hpp"
#include "testing/error_codes.hpp"

using namespace loan_manager::rpc;

TEST_CASE("D-211 every code of the table, with its HTTP status") {
    const std::pair<unsigned, std::vector<const char*>> rows[] = {
        {400,
         {"BAD_REQUEST", "MALFORMED_JSON", "UNKNOWN_FIELD", "BAD_CURSOR", "BAD_IF_MATCH", "IDEMPOTENCY_KEY_REQUIRED",
          "BAD_IDEMPOTENCY_KEY"}},
        {401, {"UNAUTHENTICATED", "TOKEN_EXPIRED", "BAD_CREDENTIALS", "TOKEN_REUSED"}},
        {403, {"FORBIDDEN", "OUT_OF_SCOPE", "SELF_APPROVAL", "LOSS_NEEDS_MANAGER", "EDIT_WINDOW_CLOSED"}},
        {404, {"NOT_FOUND"}},
        {405, {"METHOD_NOT_ALLOWED"}},
        {409,
         {"DUPLICATE", "INVALID_STATE", "BIKE_SOLD", "OPEN_TRANSFER", "OPEN_JOB", "NOT_AT_BRANCH", "BRANCH_INACTIVE",
          "STOCK_NUMBER_EXHAUSTED", "LOSS_NOT_ACKNOWLEDGED", "WARRANTY_EXPIRED", "SALE_VOID_PENDING",
          "TRADE_IN_NOT_RETURNABLE", "RULE_OVERLAP", "RULE_IN_USE", "IN_USE", "IMPORT_HAS_ERRORS",
          "IDEMPOTENCY_IN_FLIGHT"}},
        {412, {"PRECONDITION_FAILED"}},
        {428, {"PRECONDITION_REQUIRED"}},
        {413, {"TOO_LARGE"}},
        {415, {"UNSUPPORTED_MEDIA_TYPE"}},
        {422, {"VALIDATION", "IDEMPOTENCY_MISMATCH", "EXPORT_TOO_LARGE"}},
        {429, {"RATE_LIMITED", "LOGIN_THROTTLED"}},
        {499, {"CLIENT_CLOSED"}},
        {500, {"INTERNAL"}},
        {503, {"UNAVAILABLE", "VIEW_NOT_READY"}},
        {504, {"DEADLINE_EXCEEDED"}},
    };
    std::set<std::string> named;
    for (const auto& [status, codes] : rows) {
        for (const char* code : codes) {
            CAPTURE(code);
            const std::optional<Code> known = Code::from(code);
            REQUIRE(known);
            CHECK(known->name() == code);
            CHECK(known->info().http_status == status);
            CHECK_FALSE(known->info().message.empty());
            named.insert(code);
        }
    }
    CHECK(loan_manager::errors::all_codes.size() == named.size());
}

TEST_CASE("D-211 an error survives the way through grpc::Status") {
    Error sent("VALIDATION", "Some fields are not valid.");
    sent.details = {FieldIssue{"purchase_price", "out_of_range"}, FieldIssue{"trade_in.brand", "required"}};
    const Error received = from_status(to_status(sent));
    CHECK(received.code == "VALIDATION");
    CHECK(received.message == sent.message);
    CHECK(received.details == sent.details);
    CHECK(to_status(sent).error_code() == grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_CASE("D-211 codes that promise Retry-After always have it") {
    for (const Code code : {Code("RATE_LIMITED"), Code("LOGIN_THROTTLED"), Code("UNAVAILABLE"), Code("VIEW_NOT_READY"),
                            Code("IDEMPOTENCY_IN_FLIGHT")}) {
        CAPTURE(code);
        CHECK(from_status(to_status(Error(code, "text"))).retry_after_seconds > 0);
    }
    CHECK(from_status(to_status(unavailable(7))).retry_after_seconds == 7);
    CHECK(from_status(to_status(not_found())).retry_after_seconds == 0);
}

TEST_CASE("D-211 messages of a foreign status or an unknown code reach nobody") {
    const grpc::Status foreign(grpc::StatusCode::UNAVAILABLE, "failed to connect to 10.1.2.3:50061; errno 111");
    const Error error = from_status(foreign);
    CHECK(error.code == "UNAVAILABLE");
    CHECK(error.message.find("10.1.2.3") == std::string::npos);
    CHECK(error.retry_after_seconds == 1);

    loanmanager::common::v1::ErrorDetail detail;
    detail.set_code("NO_SUCH_CODE");
    const Error unknown =
        from_status(grpc::Status(grpc::StatusCode::INTERNAL, "select secret from table", detail.SerializeAsString()));
    CHECK(unknown.code == "INTERNAL");
    CHECK(unknown.message.find("secret") == std::string::npos);
    CHECK_FALSE(Code::from("NO_SUCH_CODE"));

    CHECK(from_status(grpc::Status(grpc::StatusCode::UNKNOWN, "x")).code == "INTERNAL");
    CHECK(from_status(grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "x")).code == "DEADLINE_EXCEEDED");
    CHECK(from_status(grpc::Status(grpc::StatusCode::CANCELLED, "x")).code == "CLIENT_CLOSED");
    CHECK(from_status(grpc::Status(grpc::StatusCode::INTERNAL, "x", "not a protobuf \xff")).code == "INTERNAL");
}

TEST_CASE("a result's value() throws the failure with its error") {
    const Result<int> result = Error("BIKE_SOLD");
    try {
        (void)result.value();
        FAIL("value() returned");
    } catch (const Failure& failure) {
        CHECK(failure.error().code == "BIKE_SOLD");
    }
}

TEST_CASE("field issues survive as metadata") {
    const std::vector<FieldIssue> sent = {FieldIssue{"year", "type"}, FieldIssue{"x", "unknown"}};
    std::vector<FieldIssue> received;
    CHECK(parse(serialise(sent), received));
    CHECK(received == sent);
    CHECK_FALSE(parse("\xff\xff\xff", received));
}
