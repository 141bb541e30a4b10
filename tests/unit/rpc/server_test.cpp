#include <doctest/doctest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/post.hpp>
#include <stdexcept>

#include "fixture.hpp"
#include "testing/error_codes.hpp"

using namespace loan_manager;
using namespace loan_manager::rpc;
using namespace loan_manager::rpc::testing;

namespace {

/// A server, and an upstream that points at it.
struct Pair {
    explicit Pair(Handlers handlers = {}, ServerOptions options = {}, ServerHooks hooks = {})
        : server(threads, std::move(handlers), std::move(options), std::move(hooks)),
          upstream(to(server.address()), threads.next()) {
        upstream.start();
    }

    template <class Response = fleet::Bike>
    Result<Response> call(const std::string& method, const CallContext& context,
                          const google::protobuf::Message& request, bool command_headers = true) {
        CallOptions options;
        options.command_headers = command_headers;
        return call_now<Response>(threads, upstream, method, context, request, options);
    }

    Threads threads;
    TestServer server;
    Upstream upstream;
};

template <class T>
std::string code_of(const Result<T>& result) {
    return result ? "" : std::string(result.error().code.name());
}

struct Strange {};

asio::awaitable<Result<fleet::Bike>> misbehave(const std::string& how) {
    if (how == "failure") {
        throw Failure(Error("BIKE_SOLD"));
    }
    if (how == "value") {
        const Result<int> failed = Error("OPEN_JOB");
        (void)failed.value();
    }
    if (how == "exception") {
        throw std::runtime_error("select * from secret_table");
    }
    if (how == "mapped") {
        throw std::out_of_range("the database is away");
    }
    if (how == "strange") {
        throw Strange();
    }
    co_return Error("NOT_FOUND");
}

}  // namespace

TEST_CASE("D-212 token, permission, If-Match and Idempotency-Key are checked in this order") {
    std::atomic<int> handled = 0;
    Handlers handlers;
    handlers.update = [&](CallContext& context,
                          const fleet::UpdateBikeRequest&) -> asio::awaitable<Result<fleet::Bike>> {
        ++handled;
        fleet::Bike bike;
        bike.set_version(*context.if_match + 1);
        co_return bike;
    };
    Pair pair(std::move(handlers));
    const fleet::UpdateBikeRequest request;

    CHECK(code_of(pair.call(update_bike, caller(""), request)) == "UNAUTHENTICATED");
    CHECK(code_of(pair.call(update_bike, caller("forged"), request)) == "UNAUTHENTICATED");
    CHECK(code_of(pair.call(update_bike, caller("expired"), request)) == "TOKEN_EXPIRED");
    CHECK(code_of(pair.call(update_bike, caller("viewer"), request)) == "FORBIDDEN");
    CHECK(code_of(pair.call(update_bike, caller("admin"), request)) == "PRECONDITION_REQUIRED");
    CHECK(code_of(pair.call(procure_bike, caller("viewer"), fleet::ProcureBikeRequest())) == "FORBIDDEN");
    CHECK(code_of(pair.call(procure_bike, caller("admin"), fleet::ProcureBikeRequest())) == "IDEMPOTENCY_KEY_REQUIRED");
    CHECK(handled == 0);

    CallContext complete = caller("admin");
    complete.if_match = 4;
    const Result<fleet::Bike> bike = pair.call(update_bike, complete, request);
    REQUIRE(bike.has_value());
    CHECK(bike->version() == 5);
    CHECK(handled == 1);
}

TEST_CASE("public methods are answered without a token, and a token there is not looked at") {
    Pair pair;
    CHECK(pair.call<auth::Jwks>(get_jwks, caller(""), auth::GetJwksRequest()).has_value());
    CHECK(pair.call<auth::Jwks>(get_jwks, caller("forged"), auth::GetJwksRequest()).has_value());
    CHECK(pair.call<auth::Trust>(get_trust, caller(""), auth::GetTrustRequest()).has_value());
}

TEST_CASE("D-212 a query with invalid fields is 422 before its handler, with the gateway's issues in one answer") {
    std::atomic<int> handled = 0;
    Handlers handlers;
    handlers.list = [&](CallContext&,
                        const fleet::ListBikesRequest& request) -> asio::awaitable<Result<fleet::BikeList>> {
        ++handled;
        fleet::BikeList list;
        list.set_next_cursor(request.q());
        co_return list;
    };
    Pair pair(std::move(handlers));
    fleet::ListBikesRequest request;
    request.set_limit(500);
    CallContext context = caller();
    context.field_issues = {FieldIssue{"year_from", "type"}};
    const Result<fleet::BikeList> refused = pair.call<fleet::BikeList>(list_bikes, context, request);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == "VALIDATION");
    CHECK(refused.error().details ==
          std::vector{FieldIssue{"year_from", "type"}, FieldIssue{"limit", "out_of_range", "200"}});
    CHECK(handled == 0);

    request.set_limit(10);
    request.set_q("  wave  ");
    const Result<fleet::BikeList> list = pair.call<fleet::BikeList>(list_bikes, caller(), request);
    REQUIRE(list.has_value());
    CHECK(list->next_cursor() == "wave");  // normalised before the handler saw it
}

TEST_CASE("D-212 a command gets the gateway's issues and validates after its idempotency look-up") {
    Handlers handlers;
    handlers.procure = [](CallContext& context,
                          const fleet::ProcureBikeRequest& request) -> asio::awaitable<Result<fleet::Bike>> {
        CHECK(request.brand().empty());
        co_return validation(context.field_issues);
    };
    Pair pair(std::move(handlers));
    CallContext context = caller();
    context.idempotency_key = "key-12345678";
    context.field_issues = {FieldIssue{"year", "type"}};
    const Result<fleet::Bike> bike = pair.call(procure_bike, context, fleet::ProcureBikeRequest());
    REQUIRE_FALSE(bike.has_value());
    CHECK(bike.error().details == context.field_issues);
}

TEST_CASE("D-216 identity, ids and budget travel with the call, and the answer's metadata comes back") {
    CallContext seen;
    std::chrono::milliseconds budget{};
    Handlers handlers;
    handlers.procure = [&](CallContext& context,
                           const fleet::ProcureBikeRequest&) -> asio::awaitable<Result<fleet::Bike>> {
        seen = context;
        budget = context.remaining();
        context.mark_replayed();
        context.set_http_status(202);
        context.reply("x-text", "no\r\nsplitting \xc3\xa4");
        co_return fleet::Bike();
    };
    Pair pair(std::move(handlers));
    CallContext context = caller("admin", 5s);
    context.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    context.client_ip = "203.0.113.9";
    context.user_agent = "evil\r\nx-client-ip: 127.0.0.1\xff";
    context.idempotency_key = "key-12345678";
    context.idempotency_fingerprint = "0123abcd";
    context.if_match = 7;
    grpc::ByteBuffer body = to_bytes(fleet::ProcureBikeRequest());
    CallOptions options;
    options.command_headers = true;
    const Result<RawAnswer> answer = pair.threads.run(call_raw(pair.upstream, procure_bike, context, body, options));
    REQUIRE(answer.has_value());
    CHECK(seen.request_id == "test-request-1");
    CHECK(seen.traceparent == context.traceparent);
    CHECK(seen.client_ip == "203.0.113.9");
    CHECK(seen.user_agent == "evil??x-client-ip: 127.0.0.1\xef\xbf\xbd");
    CHECK(seen.bearer == "admin");
    CHECK(seen.caller.user_id == "user-admin");
    CHECK(seen.idempotency_key == "key-12345678");
    CHECK(seen.idempotency_fingerprint == "0123abcd");
    CHECK(seen.if_match == 7);
    REQUIRE(seen.route != nullptr);
    CHECK(seen.method == procure_bike);
    CHECK(budget <= 5s - 20ms);
    CHECK(budget > 3s);
    CHECK(answer->metadata.find("idempotency-replayed")->second == "true");
    CHECK(answer->metadata.find("http-status")->second == "202");
    CHECK(answer->metadata.find("x-text")->second == "no??splitting ??");
}

TEST_CASE("D-215 command headers are forwarded only when asked for") {
    Pair pair;
    CallContext context = caller();
    context.idempotency_key = "key-12345678";
    CHECK(code_of(pair.call(procure_bike, context, fleet::ProcureBikeRequest(), false)) == "IDEMPOTENCY_KEY_REQUIRED");
    CHECK(code_of(pair.call(procure_bike, context, fleet::ProcureBikeRequest(), true)) == "");
}

TEST_CASE("D-211 what a handler throws becomes an answer, and no text of it leaks") {
    Handlers handlers;
    handlers.procure = [](CallContext&, const fleet::ProcureBikeRequest& request) {
        return misbehave(request.brand());
    };
    ServerHooks hooks;
    hooks.map_exception = [](const std::exception_ptr& exception, const CallContext&) -> std::optional<Error> {
        try {
            std::rethrow_exception(exception);
        } catch (const std::out_of_range&) {
            return unavailable(3);
        } catch (...) {
            return std::nullopt;
        }
    };
    Pair pair(std::move(handlers), {}, std::move(hooks));
    CallContext context = caller();
    context.idempotency_key = "key-12345678";
    const auto outcome = [&](const char* how) {
        fleet::ProcureBikeRequest request;
        request.set_brand(how);
        return pair.call(procure_bike, context, request).error();
    };
    CHECK(outcome("failure").code == "BIKE_SOLD");
    CHECK(outcome("value").code == "OPEN_JOB");
    CHECK(outcome("error").code == "NOT_FOUND");
    CHECK(outcome("exception").code == "INTERNAL");
    CHECK(outcome("exception").message.find("secret") == std::string::npos);
    CHECK(outcome("strange").code == "INTERNAL");
    CHECK(outcome("mapped").code == "UNAVAILABLE");
    CHECK(outcome("mapped").retry_after_seconds == 3);
    CHECK(pair.server->in_flight() == 0);
}

TEST_CASE("a request that is no protobuf is refused") {
    Pair pair;
    grpc::Slice garbage("\xff\xff\xff\xff");
    grpc::ByteBuffer body(&garbage, 1);
    const Result<RawAnswer> answer = pair.threads.run(call_raw(pair.upstream, get_bike, caller(), body, CallOptions()));
    CHECK(code_of(answer) == "MALFORMED_JSON");
}

TEST_CASE("a request or answer over the size limit is refused") {
    ServerOptions small;
    small.max_message_bytes = 1000;
    Pair pair({}, small);
    fleet::GetBikeRequest request;
    request.set_id(std::string(5000, 'x'));
    CHECK_FALSE(pair.call(get_bike, caller(), request).has_value());
}

TEST_CASE("an unknown method and an unknown service are errors") {
    Pair pair;
    CHECK(code_of(pair.call("/loanmanager.fleet.v1.BikeService/Nope", caller(), some_bike())) == "INTERNAL");
    CHECK(code_of(pair.call("/no.such.Service/Nope", caller(), some_bike())) == "INTERNAL");
}

TEST_CASE("one call more than the limit is answered UNAVAILABLE at once") {
    std::promise<void> entered;
    Handlers handlers;
    handlers.procure = [&](CallContext&, const fleet::ProcureBikeRequest&) -> asio::awaitable<Result<fleet::Bike>> {
        entered.set_value();
        co_await wait_for_cancellation();
        co_return fleet::Bike();
    };
    ServerOptions one;
    one.max_in_flight = 1;
    runtime::Metrics metrics;
    ServerHooks hooks;
    hooks.metrics = &metrics;
    Pair pair(std::move(handlers), one, std::move(hooks));
    CallContext context = caller();
    context.idempotency_key = "key-12345678";
    const fleet::ProcureBikeRequest request;
    CallOptions options;
    options.command_headers = true;
    asio::cancellation_signal cancel;
    std::promise<Result<fleet::Bike>> first;
    const asio::any_io_executor executor = pair.threads.next();
    asio::co_spawn(executor, rpc::call<fleet::Bike>(pair.upstream, procure_bike, context, request, options),
                   asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr, Result<fleet::Bike> result) {
                       first.set_value(std::move(result));
                   }));
    entered.get_future().get();
    const Result<fleet::Bike> second = pair.call(procure_bike, context, request);
    CHECK(code_of(second) == "UNAVAILABLE");
    CHECK(second.error().retry_after_seconds == 1);
    asio::post(executor, [&] { cancel.emit(asio::cancellation_type::terminal); });
    CHECK(code_of(first.get_future().get()) == "CLIENT_CLOSED");
    pair.upstream.shutdown(1s);
    pair.server->shutdown(1s);
    const std::string text = metrics.text();
    CHECK(text.find("rpc_server_calls_total{method=\"" + procure_bike + "\",status=\"UNAVAILABLE\"} 1") !=
          std::string::npos);
    CHECK(text.find("rpc_server_calls_total{method=\"" + procure_bike + "\",status=\"CANCELLED\"} 1") !=
          std::string::npos);
}

TEST_CASE("the health service tells whether the server serves") {
    Pair pair;
    const std::string check = "/grpc.health.v1.Health/Check";
    const auto status = [&]() -> std::string {
        grpc::ByteBuffer empty = to_bytes(fleet::ProcureBikeRequest());
        const Result<RawAnswer> answer =
            pair.threads.run(call_raw(pair.upstream, check, caller(), empty, CallOptions()));
        if (!answer) {
            return std::string(answer.error().code.name());
        }
        std::vector<grpc::Slice> slices;
        CHECK(answer->body.Dump(&slices).ok());
        std::string bytes;
        for (const grpc::Slice& slice : slices) {
            bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
        }
        return bytes;
    };
    CHECK(status() == std::string("\x08\x01"));  // status: SERVING
    pair.server->set_serving(false);
    // The balancer notices as well and sends nothing to this instance; both answers are right.
    const std::string after = status();
    CHECK((after == std::string("\x08\x02") || after == "UNAVAILABLE"));
}

namespace {

Result<RawAnswer> list_services(Pair& pair) {
    grpc::Slice request("\x3a\x00", 2);  // ServerReflectionRequest{list_services: ""}
    grpc::ByteBuffer body(&request, 1);
    return pair.threads.run(call_raw(pair.upstream, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                                     caller(), body, CallOptions()));
}

}  // namespace

TEST_CASE("there is no reflection unless it is asked for") {
    Pair pair;
    CHECK_FALSE(list_services(pair).has_value());
    CHECK(pair.call(get_bike, caller(), some_bike()).has_value());
}

TEST_CASE("reflection lists the registered services") {
    ServerOptions options;
    options.reflection = true;
    Pair pair({}, options);
    const Result<RawAnswer> answer = list_services(pair);
    REQUIRE(answer.has_value());
    std::vector<grpc::Slice> slices;
    REQUIRE(answer->body.Dump(&slices).ok());
    std::string bytes;
    for (const grpc::Slice& slice : slices) {
        bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
    CHECK(bytes.find("loanmanager.fleet.v1.BikeService") != std::string::npos);
    CHECK(bytes.find("loanmanager.auth.v1.TrustService") != std::string::npos);
}
