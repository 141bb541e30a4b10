// Calls that are cancelled, late, or in flight when somebody stops.
#include <doctest/doctest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/post.hpp>

#include "fixture.hpp"
#include "testing/error_codes.hpp"

using namespace loan_manager;
using namespace loan_manager::rpc;
using namespace loan_manager::rpc::testing;

namespace {

/// How one call ended, as the server saw it.
struct Ending {
    std::string code;
    grpc::StatusCode status;
};

/// A server whose GetBike never answers by itself, and what became of its calls.
struct Stuck {
    explicit Stuck(ServerOptions options = {}) : server(threads, handlers(), options, hooks()) {}

    Handlers handlers() {
        Handlers made;
        made.get = [this](CallContext& context, const fleet::GetBikeRequest&) { return hang(context); };
        return made;
    }

    asio::awaitable<Result<fleet::Bike>> hang(CallContext&) {
        struct AtEnd {
            explicit AtEnd(std::atomic<int>& counter) : running(counter) { ++running; }
            ~AtEnd() { --running; }
            std::atomic<int>& running;
        };
        const AtEnd at_end(running);
        entered.set_value();
        co_await wait_for_cancellation();
        co_return fleet::Bike();
    }

    ServerHooks hooks() {
        ServerHooks made;
        made.observe = [this](const CallRecord& record) {
            ended.set_value(Ending{std::string(record.code), record.status});
        };
        return made;
    }

    Threads threads;
    std::promise<void> entered;
    std::promise<Ending> ended;
    std::atomic<int> running = 0;
    TestServer server;
};

asio::awaitable<Result<fleet::Bike>> get(Upstream& upstream, std::chrono::milliseconds timeout) {
    const CallContext context = caller();
    const fleet::GetBikeRequest request = some_bike();
    CallOptions options;
    options.timeout = timeout;
    Result<fleet::Bike> bike = co_await rpc::call<fleet::Bike>(upstream, get_bike, context, request, options);
    co_return bike;
}

}  // namespace

TEST_CASE("a caller that gives up ends the handler") {
    Stuck stuck;
    Upstream upstream(to(stuck.server.address()), stuck.threads.next());
    upstream.start();
    asio::cancellation_signal cancel;
    std::promise<std::string> outcome;
    const asio::any_io_executor executor = stuck.threads.next();
    asio::co_spawn(executor, get(upstream, 20s),
                   asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr, Result<fleet::Bike> bike) {
                       outcome.set_value(bike ? "" : std::string(bike.error().code.name()));
                   }));
    stuck.entered.get_future().get();
    asio::post(executor, [&] { cancel.emit(asio::cancellation_type::terminal); });
    CHECK(outcome.get_future().get() == "CLIENT_CLOSED");
    const Ending ending = stuck.ended.get_future().get();
    CHECK(ending.code == "CLIENT_CLOSED");
    CHECK(ending.status == grpc::StatusCode::CANCELLED);
    CHECK(stuck.running == 0);
}

TEST_CASE("D-217 the caller's deadline ends the call on both sides") {
    Stuck stuck;
    Upstream upstream(to(stuck.server.address()), stuck.threads.next());
    upstream.start();
    const Result<fleet::Bike> bike = stuck.threads.run(get(upstream, 150ms));
    REQUIRE_FALSE(bike.has_value());
    CHECK(bike.error().code == "DEADLINE_EXCEEDED");
    CHECK(stuck.ended.get_future().get().code == "DEADLINE_EXCEEDED");
    CHECK(stuck.running == 0);
}

TEST_CASE("D-217 the server's own bound holds for callers with more time") {
    ServerOptions options;
    options.max_budget = 150ms;
    Stuck stuck(options);
    Upstream upstream(to(stuck.server.address()), stuck.threads.next());
    upstream.start();
    const Result<fleet::Bike> bike = stuck.threads.run(get(upstream, 20s));
    REQUIRE_FALSE(bike.has_value());
    CHECK(bike.error().code == "DEADLINE_EXCEEDED");
    CHECK(stuck.ended.get_future().get().status == grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_CASE("a context without any budget left makes no call") {
    Threads threads;
    TestServer server(threads, Handlers{});
    Upstream upstream(to(server.address()), threads.next());
    upstream.start();
    const CallContext late = caller("admin", 5ms);  // less than the margin
    const Result<fleet::Bike> bike = call_now<fleet::Bike>(threads, upstream, get_bike, late, some_bike());
    REQUIRE_FALSE(bike.has_value());
    CHECK(bike.error().code == "DEADLINE_EXCEEDED");
}

TEST_CASE("shutdown lets calls in flight finish within the grace") {
    Threads threads;
    std::promise<void> entered;
    Handlers handlers;
    handlers.procure = [&](CallContext&, const fleet::ProcureBikeRequest&) -> asio::awaitable<Result<fleet::Bike>> {
        entered.set_value();
        co_await wait(200ms);
        fleet::Bike bike;
        bike.set_id("drained");
        co_return bike;
    };
    TestServer server(threads, std::move(handlers));
    Upstream upstream(to(server.address()), threads.next());
    upstream.start();
    CallContext context = caller();
    context.idempotency_key = "key-12345678";
    const fleet::ProcureBikeRequest request;
    CallOptions options;
    options.command_headers = true;
    std::future<Result<fleet::Bike>> running =
        threads.spawn(rpc::call<fleet::Bike>(upstream, procure_bike, context, request, options));
    entered.get_future().get();
    server->shutdown(10s);
    const Result<fleet::Bike> bike = running.get();
    REQUIRE(bike.has_value());
    CHECK(bike->id() == "drained");
    CHECK(server->in_flight() == 0);
    // Nobody is there any more.
    const Result<fleet::Bike> later =
        threads.run(rpc::call<fleet::Bike>(upstream, get_bike, context, request, options));
    REQUIRE_FALSE(later.has_value());
    CHECK(later.error().code == "UNAVAILABLE");
}

TEST_CASE("a loop may tell its health while a shutdown waits for the calls on it") {
    Threads threads;
    TestServer* server = nullptr;
    std::promise<void> entered;
    Handlers handlers;
    handlers.get = [&](CallContext&, const fleet::GetBikeRequest&) -> asio::awaitable<Result<fleet::Bike>> {
        entered.set_value();
        co_await wait(200ms);
        (*server)->set_serving(true);
        co_return fleet::Bike();
    };
    TestServer made(threads, std::move(handlers));
    server = &made;
    Upstream upstream(to(made.address()), threads.next());
    upstream.start();
    std::future<Result<fleet::Bike>> running = threads.spawn(get(upstream, 20s));
    entered.get_future().get();
    made->shutdown(10s);
    CHECK(running.get().has_value());
}

TEST_CASE("shutdown ends calls that outlast the grace with UNAVAILABLE") {
    Stuck stuck;
    Upstream upstream(to(stuck.server.address()), stuck.threads.next());
    upstream.start();
    std::future<Result<fleet::Bike>> running = stuck.threads.spawn(get(upstream, 20s));
    stuck.entered.get_future().get();
    const auto began = std::chrono::steady_clock::now();
    stuck.server->shutdown(100ms);
    CHECK(std::chrono::steady_clock::now() - began < 5s);
    CHECK(stuck.ended.get_future().get().code == "UNAVAILABLE");
    CHECK(stuck.running == 0);
    const Result<fleet::Bike> bike = running.get();
    REQUIRE_FALSE(bike.has_value());
    CHECK(bike.error().code == "UNAVAILABLE");
}

TEST_CASE("an upstream that is shut down cancels its calls and refuses new ones") {
    Stuck stuck;
    Upstream upstream(to(stuck.server.address()), stuck.threads.next());
    upstream.start();
    std::future<Result<fleet::Bike>> running = stuck.threads.spawn(get(upstream, 20s));
    stuck.entered.get_future().get();
    CHECK(upstream.in_flight() == 1);
    upstream.shutdown(50ms);
    CHECK(upstream.in_flight() == 0);
    CHECK(running.get().error().code == "CLIENT_CLOSED");
    CHECK(stuck.threads.run(get(upstream, 20s)).error().code == "UNAVAILABLE");
    CHECK(stuck.ended.get_future().get().code == "CLIENT_CLOSED");
}

TEST_CASE("the event loops end by themselves once server and upstream are shut down") {
    Threads threads;
    {
        TestServer server(threads, Handlers{});
        Upstream upstream(to(server.address()), threads.next());
        upstream.start();
        CHECK(call_now<fleet::Bike>(threads, upstream, get_bike, caller(), some_bike()).has_value());
    }
    CHECK(threads.finish());
}
