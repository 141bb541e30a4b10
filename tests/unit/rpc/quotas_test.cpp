// What a client can make a server hold is bounded, also a client that keeps to no rule of HTTP/2.
#include <doctest/doctest.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <fstream>
#include <string>

#include "fixture.hpp"
#include "raw_client.hpp"

using namespace loan_manager;
using namespace loan_manager::rpc;
using namespace loan_manager::rpc::testing;

namespace {

const std::string reflection = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
const std::string health_watch = "/grpc.health.v1.Health/Watch";
const std::string health_check = "/grpc.health.v1.Health/Check";

/// The most memory the process has had since the last look.
std::size_t peak_mib() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        if (word == "VmHWM:") {
            std::size_t kib = 0;
            status >> kib;
            std::ofstream("/proc/self/clear_refs") << '5';
            return kib / 1024;
        }
    }
    return 0;
}

/// Handlers that wait until they are cancelled, and count how many wait.
struct Waiting {
    std::atomic<int> now = 0;
    std::atomic<int> most = 0;
    std::atomic<int> ever = 0;

    Handlers handlers() {
        Handlers made;
        made.get = [this](CallContext&, const fleet::GetBikeRequest&) { return wait_here(); };
        return made;
    }
    asio::awaitable<Result<fleet::Bike>> wait_here() {
        struct AtEnd {
            explicit AtEnd(Waiting& owner) : waiting(owner) {}
            ~AtEnd() { --waiting.now; }
            Waiting& waiting;
        };
        ++ever;
        const int here = ++now;
        for (int seen = most; here > seen && !most.compare_exchange_weak(seen, here);) {
        }
        const AtEnd at_end(*this);
        co_await wait_for_cancellation();
        co_return fleet::Bike();
    }
};

bool until(Threads& threads, const std::function<bool()>& condition) {
    const auto limit = std::chrono::steady_clock::now() + 20s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > limit) {
            return false;
        }
        threads.run(wait(5ms));
    }
    return true;
}

/// Calls until a handler runs, the so-manieth: a call that has ended counts until gRPC, too, has done with it.
bool gets_in(Threads& threads, RawClient& client, std::uint32_t stream, const Waiting& waiting, int number) {
    return until(threads, [&] {
        const bool sent = client.send(RawClient::head(stream, get_bike) + RawClient::message(stream));
        stream += 2;
        threads.run(wait(100ms));
        return sent && waiting.ever == number;
    });
}

ServerOptions with_streams(const SocketDirectory& directory, int streams) {
    ServerOptions options = directory.instance("1");
    options.max_streams = streams;
    return options;
}

enum class Flood { heads_and_resets, calls_and_resets, heads };

/// As many calls as it can begin on one connection; how many it sent until the server hung up, `most` otherwise.
std::uint32_t flood(const std::filesystem::path& path, Flood how, const std::string& method, std::uint32_t most) {
    RawClient client(path);
    std::string burst;
    for (std::uint32_t i = 0; i != most; ++i) {
        const std::uint32_t stream = 2 * i + 1;
        burst += RawClient::head(stream, method);
        if (how == Flood::calls_and_resets) {
            burst += RawClient::message(stream);
        }
        if (how != Flood::heads) {
            burst += RawClient::reset(stream);
        }
        if (burst.size() > 50'000) {
            if (!client.send(burst)) {
                return i;
            }
            burst.clear();
        }
    }
    return client.send(burst) ? most : most - 1;
}

grpc::Status call_by_library(const std::filesystem::path& path, const std::string& method) {
    const auto channel = grpc::CreateChannel("unix:" + path.string(), grpc::InsecureChannelCredentials());
    grpc::GenericStub stub(channel);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + 20s);
    grpc::ByteBuffer request = to_bytes(some_bike());
    grpc::ByteBuffer answer;
    std::promise<grpc::Status> done;
    stub.UnaryCall(&context, method, grpc::StubOptions(), &request, &answer,
                   [&](grpc::Status status) { done.set_value(std::move(status)); });
    return done.get_future().get();
}

}  // namespace

TEST_CASE("who opens and resets calls as fast as can be is cut off before anything grows; others are served") {
    constexpr std::uint32_t most = 100'000;
    Threads threads;
    Waiting waiting;
    const SocketDirectory directory;
    TestServer server(threads, waiting.handlers(), directory.instance("1"));
    Upstream modest(to(server.address()), threads.next());
    modest.start();
    const std::filesystem::path path = server->socket()->path();
    const auto served = [&] {
        return bool(call_now<fleet::BikeList>(threads, modest, list_bikes, caller(), fleet::ListBikesRequest()));
    };
    REQUIRE(served());

    peak_mib();
    const std::size_t before = peak_mib();
    for (const Flood how : {Flood::calls_and_resets, Flood::heads_and_resets, Flood::heads}) {
        CHECK(flood(path, how, get_bike, most) < most);
        CHECK(served());
    }
    CHECK(flood(path, Flood::calls_and_resets, "/no/such", most) < most);
    CHECK(flood(path, Flood::calls_and_resets, health_check, most) < most);
    CHECK(flood(path, Flood::heads, health_watch, most) < most);
    CHECK(served());
    CHECK(until(threads, [&] { return server->in_flight() == 0 && waiting.now == 0; }));
    CHECK(waiting.most <= 1024);
    // A call costs some 20 KiB, so that one such flood without an end would take 2 GiB.
    CHECK(peak_mib() < before + 500);
}

TEST_CASE("a connection has so many calls and no more; the others are served meanwhile") {
    Threads threads;
    Waiting waiting;
    const SocketDirectory directory;
    TestServer server(threads, waiting.handlers(), with_streams(directory, 10));
    RawClient greedy(server->socket()->path());
    for (std::uint32_t stream = 1; stream != 41; stream += 2) {
        REQUIRE(greedy.send(RawClient::head(stream, get_bike) + RawClient::message(stream)));
    }
    CHECK(greedy.wait_for_answers(10));
    CHECK(until(threads, [&] { return waiting.now == 10; }));
    RawClient modest(server->socket()->path());
    CHECK(modest.send(RawClient::head(1, get_bike) + RawClient::message(1)));
    CHECK(until(threads, [&] { return waiting.now == 11; }));

    REQUIRE(greedy.send(RawClient::reset(1)));
    CHECK(gets_in(threads, greedy, 41, waiting, 12));
    CHECK(waiting.most == 11);
}

TEST_CASE("calls that have sent no message count as well") {
    Threads threads;
    Waiting waiting;
    const SocketDirectory directory;
    TestServer server(threads, waiting.handlers(), with_streams(directory, 10));
    RawClient silent(server->socket()->path());
    for (std::uint32_t stream = 1; stream != 41; stream += 2) {
        REQUIRE(silent.send(RawClient::head(stream, get_bike)));
    }
    CHECK(silent.wait_for_answers(10));
    REQUIRE(silent.send(RawClient::message(1)));
    CHECK(until(threads, [&] { return waiting.now == 1; }));
    REQUIRE(silent.send(RawClient::reset(3)));
    CHECK(gets_in(threads, silent, 41, waiting, 2));
}

TEST_CASE("metadata beyond the limit is refused before anybody looks at it") {
    Threads threads;
    Waiting waiting;
    const SocketDirectory directory;
    ServerOptions options = directory.instance("1");
    options.max_metadata_bytes = 4096;
    TestServer server(threads, waiting.handlers(), options);
    RawClient client(server->socket()->path());
    CHECK(client.send(RawClient::head(1, get_bike, 8'000) + RawClient::message(1)));
    CHECK(client.wait_for_answers(1));
    CHECK(client.send(RawClient::head(3, get_bike, 2'000) + RawClient::message(3)));
    CHECK(until(threads, [&] { return waiting.now == 1; }));
    CHECK(waiting.ever == 1);
}

TEST_CASE("who pings without end is disconnected") {
    Threads threads;
    const SocketDirectory directory;
    TestServer server(threads, Handlers{}, directory.instance("1"));
    RawClient client(server->socket()->path());
    for (int i = 0; i != 20 && client.send(RawClient::ping()); ++i) {
    }
    CHECK(client.is_cut_off());
}

TEST_CASE("there are so many connections and no more, until one of them ends") {
    Threads threads;
    Waiting waiting;
    const SocketDirectory directory;
    ServerOptions options = directory.instance("1");
    options.max_connections = 2;
    TestServer server(threads, waiting.handlers(), options);
    const std::filesystem::path path = server->socket()->path();
    RawClient first(path);
    const std::string call = RawClient::head(1, get_bike) + RawClient::message(1);
    CHECK(first.send(call));
    {
        RawClient second(path);
        CHECK(second.send(call));
        CHECK(until(threads, [&] { return waiting.now == 2; }));
        RawClient third(path);
        CHECK(third.is_cut_off());
    }
    CHECK(until(threads, [&] {
        RawClient fourth(path);
        return fourth.is_greeted();
    }));
}

TEST_CASE("reflection is not there unless it is switched on") {
    Threads threads;
    const SocketDirectory directory;
    TestServer server(threads, Handlers{}, directory.instance("1"));
    CHECK(call_by_library(server->socket()->path(), reflection).error_code() == grpc::StatusCode::UNIMPLEMENTED);
}

TEST_CASE("a connection has so many streams of reflection and no more") {
    Threads threads;
    const SocketDirectory directory;
    ServerOptions options = directory.instance("1");
    options.reflection = true;
    TestServer server(threads, Handlers{}, options);
    CHECK(call_by_library(server->socket()->path(), reflection).error_code() != grpc::StatusCode::UNIMPLEMENTED);
    RawClient client(server->socket()->path());
    for (std::uint32_t stream = 1; stream != 81; stream += 2) {
        REQUIRE(client.send(RawClient::head(stream, reflection)));
    }
    CHECK(client.wait_for_answers(8));
    CHECK(client.send(RawClient::head(81, get_bike) + RawClient::message(81)));
    CHECK(client.wait_for_answers(9));
}
