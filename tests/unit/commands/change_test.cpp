#include "commands/change.hpp"

#include <doctest/doctest.h>

#include "testing/error_codes.hpp"

#include "commands/errors.hpp"
#include "postgres/statement.hpp"

using namespace loan_manager;

TEST_CASE("D-220 the event type follows from the action") {
    CHECK(commands::event_type_of("BIKE_PROCURED") == "bike.procured");
    CHECK(commands::event_type_of("SALE_VOID_REQUESTED") == "sale.void_requested");
    CHECK(commands::event_type_of("BIKE_WRITE_OFF_REQUESTED") == "bike.write_off_requested");
}

TEST_CASE("D-219 an audit row of an update holds what changed") {
    boost::json::object before{{"color", "red"}, {"year", 2020}, {"plate", nullptr}};
    boost::json::object after{{"color", "blue"}, {"year", 2020}, {"plate", "ABC-1234"}};
    commands::keep_changed(before, after);
    CHECK(before == boost::json::object{{"color", "red"}, {"plate", nullptr}});
    CHECK(after == boost::json::object{{"color", "blue"}, {"plate", "ABC-1234"}});
}

TEST_CASE("D-211 database errors as clients see them") {
    using Kind = postgres::Error::Kind;
    const auto code = [](Kind kind, const char* state = "") {
        postgres::Error error(kind, "text with select * from secrets");
        error.sqlstate = state;
        const auto mapped = commands::to_rpc_error(error, "request-1");
        CHECK(mapped.message.find("secrets") == std::string::npos);
        return mapped.code;
    };
    CHECK(code(Kind::unavailable) == "UNAVAILABLE");
    CHECK(code(Kind::pool_exhausted) == "UNAVAILABLE");
    CHECK(code(Kind::timeout) == "DEADLINE_EXCEEDED");
    CHECK(code(Kind::cancelled) == "CLIENT_CLOSED");
    CHECK(code(Kind::server, "40001") == "UNAVAILABLE");
    CHECK(code(Kind::server, "40P01") == "UNAVAILABLE");
    CHECK(code(Kind::server, "57P01") == "UNAVAILABLE");
    CHECK(code(Kind::server, "53300") == "UNAVAILABLE");
    CHECK(code(Kind::server, "55P03") == "UNAVAILABLE");
    CHECK(code(Kind::server, "57014") == "DEADLINE_EXCEEDED");
    CHECK(code(Kind::server, "23505") == "INTERNAL");
    CHECK(code(Kind::protocol) == "INTERNAL");
    CHECK(commands::to_rpc_error(postgres::Error(Kind::unavailable, ""), {}).retry_after_seconds > 0);

    const rpc::CallContext context;
    const auto failure = std::make_exception_ptr(postgres::Failure(postgres::Error(Kind::unavailable, "gone")));
    CHECK(commands::map_exception(failure, context)->code == "UNAVAILABLE");
    CHECK_FALSE(commands::map_exception(std::make_exception_ptr(std::runtime_error("other")), context));
}

TEST_CASE("a call's deadline tells the pool for whom a connection is") {
    rpc::CallContext call;
    call.deadline.lane = "/service/Method";
    call.deadline.is_command = true;
    const postgres::Deadline end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    call.deadline = end;
    const postgres::OptionalDeadline deadline = call.deadline;
    CHECK(*deadline == end);
    CHECK(deadline.lane == "/service/Method");
    CHECK(deadline.use == postgres::Use::command);
    CHECK(postgres::OptionalDeadline(end).lane.empty());
}
