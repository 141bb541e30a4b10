// Instances that are away, come, go, or say that they do not serve.
#include <doctest/doctest.h>
#include <unistd.h>
#include <boost/asio/ip/tcp.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "fixture.hpp"
#include "testing/error_codes.hpp"
#include "testing/process.hpp"

using namespace loan_manager;
using namespace loan_manager::rpc;
using namespace loan_manager::rpc::testing;

namespace {

/// A server that answers with its own name.
Handlers named(const std::string& name) {
    Handlers handlers;
    const auto answer = [](std::string own_name) -> asio::awaitable<Result<fleet::Bike>> {
        fleet::Bike bike;
        bike.set_id(own_name);
        co_return bike;
    };
    handlers.get = [=](CallContext&, const fleet::GetBikeRequest&) { return answer(name); };
    handlers.procure = [=](CallContext&, const fleet::ProcureBikeRequest&) { return answer(name); };
    return handlers;
}

std::string who_answers(Threads& threads, Upstream& upstream) {
    const Result<fleet::Bike> bike = call_now<fleet::Bike>(threads, upstream, get_bike, caller(), some_bike());
    return bike ? bike->id() : std::string(bike.error().code.name());
}

/// Calls until `done(answer)`; false after many seconds.
template <class Done>
bool call_until(Threads& threads, Upstream& upstream, Done done) {
    const auto limit = std::chrono::steady_clock::now() + 15s;
    while (std::chrono::steady_clock::now() < limit) {
        if (done(who_answers(threads, upstream))) {
            return true;
        }
        threads.run(wait(5ms));
    }
    return false;
}

std::function<bool(const std::string&)> is(const std::string& expected) {
    return [expected](const std::string& answer) { return answer == expected; };
}

long calls_counted(const runtime::Metrics& metrics, const std::string& method, const std::string& status) {
    const std::string text = metrics.text();
    const std::string series = "rpc_server_calls_total{method=\"" + method + "\",status=\"" + status + "\"} ";
    const std::size_t at = text.find(series);
    return at == std::string::npos ? 0 : std::stol(text.substr(at + series.size()));
}

}  // namespace

TEST_CASE("nobody listens: a prompt UNAVAILABLE, and recovery without help") {
    Threads threads;
    const SocketDirectory directory;
    Upstream upstream(to(directory.address()), threads.next());
    upstream.start();
    const auto began = std::chrono::steady_clock::now();
    CHECK(who_answers(threads, upstream) == "UNAVAILABLE");
    CHECK(std::chrono::steady_clock::now() - began < 1s);

    auto server = std::make_unique<TestServer>(threads, named("a"), directory.instance("1"));
    CHECK(call_until(threads, upstream, is("a")));
    CHECK(upstream.state() == UpstreamState::ready);
    (*server)->shutdown(1s);
    // Its socket is still there, but nobody accepts.
    CHECK(who_answers(threads, upstream) == "UNAVAILABLE");
    server.reset();
    TestServer again(threads, named("again"), directory.instance("1"));
    CHECK(call_until(threads, upstream, is("again")));
}

TEST_CASE("a host that swallows connections costs one connect timeout, then calls fail at once") {
    Threads threads;
    // Accepted by the kernel, never answered by anybody.
    asio::io_context context;
    asio::ip::tcp::acceptor silent(context, {asio::ip::make_address("127.0.0.1"), 0});
    const SocketDirectory directory;
    runtime::InstanceSocket silent_socket(directory.path(), "1");
    silent_socket.publish();
    std::string address = directory.address();
    SUBCASE("a socket") {}
    SUBCASE("a port") { address = "127.0.0.1:" + std::to_string(silent.local_endpoint().port()); }
    Upstream upstream(to(address), threads.next());
    upstream.start();
    auto began = std::chrono::steady_clock::now();
    CHECK(who_answers(threads, upstream) == "UNAVAILABLE");
    CHECK(std::chrono::steady_clock::now() - began < 3s);
    began = std::chrono::steady_clock::now();
    CHECK(who_answers(threads, upstream) == "UNAVAILABLE");
    CHECK(std::chrono::steady_clock::now() - began < 1s);
    CHECK(upstream.state() == UpstreamState::unreachable);
}

TEST_CASE("calls are spread over all instances of a list") {
    Threads threads;
    TestServer a(threads, named("a"), on_tcp());
    TestServer b(threads, named("b"), on_tcp());
    Upstream upstream(to(a.address() + "," + b.address()), threads.next());
    upstream.start();
    CHECK(call_until(threads, upstream, is("a")));
    CHECK(call_until(threads, upstream, is("b")));
}

TEST_CASE("names in a list are looked up") {
    Threads threads;
    TestServer a(threads, named("a"), on_tcp());
    TestServer b(threads, named("b"), on_tcp());
    const std::string list = "localhost:" + std::to_string(a->port()) + ",localhost:" + std::to_string(b->port());
    Upstream upstream(to(list), threads.next());
    upstream.start();
    CHECK(call_until(threads, upstream, is("a")));
    CHECK(call_until(threads, upstream, is("b")));
    Upstream single(to("localhost:" + std::to_string(a->port())), threads.next());
    single.start();
    CHECK(call_until(threads, single, is("a")));
}

TEST_CASE("an instance that says it does not serve gets no calls") {
    Threads threads;
    const SocketDirectory directory;
    TestServer a(threads, named("a"), directory.instance("a"));
    TestServer b(threads, named("b"), directory.instance("b"));
    Upstream upstream(to(directory.address()), threads.next());
    upstream.start();
    CHECK(call_until(threads, upstream, is("a")));
    CHECK(call_until(threads, upstream, is("b")));
    a->set_serving(false);
    int in_a_row = 0;
    CHECK(call_until(threads, upstream, [&](const std::string& answer) {
        in_a_row = answer == "b" ? in_a_row + 1 : 0;
        return in_a_row == 20;
    }));
    a->set_serving(true);
    CHECK(call_until(threads, upstream, is("a")));
}

TEST_CASE("instances added to and removed from a directory are followed") {
    Threads threads;
    const SocketDirectory directory;
    Upstream upstream(to(directory.address()), threads.next());
    upstream.start();
    CHECK(who_answers(threads, upstream) == "UNAVAILABLE");
    CHECK(upstream.instances() == 0);
    CHECK(upstream.state() == UpstreamState::unreachable);

    TestServer a(threads, named("a"), directory.instance("a"));
    CHECK(call_until(threads, upstream, is("a")));

    TestServer b(threads, named("b"), directory.instance("b"));
    CHECK(call_until(threads, upstream, is("b")));
    CHECK(upstream.instances() == 2);

    a->socket()->withdraw();
    int in_a_row = 0;
    CHECK(call_until(threads, upstream, [&](const std::string& answer) {
        in_a_row = answer == "b" ? in_a_row + 1 : 0;
        return in_a_row == 20;
    }));
    b->socket()->withdraw();
    CHECK(call_until(threads, upstream, is("UNAVAILABLE")));
}

TEST_CASE("a change of instances leaves calls in flight alone") {
    Threads threads;
    const SocketDirectory directory;
    std::promise<void> entered;
    std::promise<void> go_on;
    std::shared_future<void> may_go_on = go_on.get_future().share();
    std::atomic<bool> first = true;
    Handlers handlers = named("a");
    handlers.get = [&](CallContext&, const fleet::GetBikeRequest&) -> asio::awaitable<Result<fleet::Bike>> {
        fleet::Bike bike;
        bike.set_id("a");
        if (!first.exchange(false)) {
            co_return bike;
        }
        entered.set_value();
        while (may_go_on.wait_for(0s) != std::future_status::ready) {
            co_await wait(5ms);
        }
        bike.set_id("finished");
        co_return bike;
    };
    TestServer a(threads, std::move(handlers), directory.instance("a"));
    Upstream upstream(to(directory.address()), threads.next());
    upstream.start();
    const CallContext context = caller();
    const fleet::GetBikeRequest request = some_bike();
    const CallOptions options;
    std::future<Result<fleet::Bike>> running =
        threads.spawn(rpc::call<fleet::Bike>(upstream, get_bike, context, request, options));
    entered.get_future().get();
    TestServer b(threads, named("b"), directory.instance("b"));
    a->socket()->withdraw();
    CHECK(call_until(threads, upstream, is("b")));
    go_on.set_value();
    const Result<fleet::Bike> bike = running.get();
    REQUIRE(bike.has_value());
    CHECK(bike->id() == "finished");
}

TEST_CASE("reads are retried when no handler ran, commands never") {
    Threads threads;
    runtime::Metrics metrics;
    ServerHooks hooks;
    hooks.metrics = &metrics;
    ServerOptions full;
    full.max_in_flight = 0;  // answers UNAVAILABLE before any handler
    TestServer server(threads, named("a"), full, std::move(hooks));
    Upstream upstream(to(server.address()), threads.next());
    upstream.start();
    CHECK(who_answers(threads, upstream) == "UNAVAILABLE");
    CallContext context = caller();
    context.idempotency_key = "key-12345678";
    CallOptions options;
    options.command_headers = true;
    CHECK(call_now<fleet::Bike>(threads, upstream, procure_bike, context, fleet::ProcureBikeRequest(), options)
              .error()
              .code == "UNAVAILABLE");
    CHECK(calls_counted(metrics, get_bike, "UNAVAILABLE") == 3);
    CHECK(calls_counted(metrics, procure_bike, "UNAVAILABLE") == 1);
}

TEST_CASE("a handler's own UNAVAILABLE is not retried: another instance knows no better") {
    Threads threads;
    runtime::Metrics metrics;
    ServerHooks hooks;
    hooks.metrics = &metrics;
    Handlers handlers;
    handlers.get = [](CallContext&, const fleet::GetBikeRequest&) -> asio::awaitable<Result<fleet::Bike>> {
        co_return Error("VIEW_NOT_READY");
    };
    TestServer server(threads, std::move(handlers), {}, std::move(hooks));
    Upstream upstream(to(server.address()), threads.next());
    upstream.start();
    CHECK(who_answers(threads, upstream) == "VIEW_NOT_READY");
    CHECK(calls_counted(metrics, get_bike, "UNAVAILABLE") == 1);
}

TEST_CASE("the limit of calls in flight holds, and 0 is a closed door") {
    Threads threads;
    TestServer server(threads, named("a"));
    UpstreamOptions none = to(server.address());
    none.max_in_flight = 0;
    Upstream upstream(none, threads.next());
    upstream.start();
    CHECK(who_answers(threads, upstream) == "UNAVAILABLE");
}

namespace {

struct Tally {
    std::atomic<int> calls = 0;
    std::atomic<int> failed = 0;

    void add(const Result<fleet::Bike>& result, const char* kind) {
        ++calls;
        if (!result) {
            ++failed;
            MESSAGE(kind << " failed: " << result.error());
        }
    }
};

asio::awaitable<void> keep_calling(Upstream& upstream, std::atomic<bool>& stop, Tally& tally) {
    CallContext context = caller();
    context.idempotency_key = "key-12345678";
    CallOptions options;
    options.command_headers = true;
    const fleet::ProcureBikeRequest command;
    const fleet::GetBikeRequest query = some_bike();
    while (!stop) {
        context.deadline = CallContext::Clock::now() + 10s;
        Result<fleet::Bike> written =
            co_await rpc::call<fleet::Bike>(upstream, procure_bike, context, command, options);
        Result<fleet::Bike> read = co_await rpc::call<fleet::Bike>(upstream, get_bike, context, query, options);
        tally.add(written, "command");
        tally.add(read, "query");
    }
}

}  // namespace

TEST_CASE("stopping one of two instances under load loses no call") {
    Threads threads;
    const SocketDirectory directory;
    TestServer a(threads, named("a"), directory.instance("a"));
    TestServer b(threads, named("b"), directory.instance("b"));
    Upstream upstream(to(directory.address()), threads.next());
    upstream.start();
    CHECK(call_until(threads, upstream, is("a")));
    CHECK(call_until(threads, upstream, is("b")));
    std::atomic<bool> stop = false;
    Tally tally;
    std::vector<std::future<void>> clients;
    for (int i = 0; i < 16; ++i) {
        clients.push_back(threads.spawn(keep_calling(upstream, stop, tally)));
    }
    const auto wait_for = [&](int calls) {
        while (tally.calls < calls) {
            threads.run(wait(1ms));
        }
    };
    wait_for(200);
    b->shutdown(5s);
    wait_for(tally.calls + 200);
    stop = true;
    for (std::future<void>& client : clients) {
        client.get();
    }
    CHECK(tally.failed == 0);
}
