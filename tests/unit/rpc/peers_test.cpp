// Who is at the other end: whom a client calls, and whom a server believes.
#include <doctest/doctest.h>

#include <grpcpp/create_channel_posix.h>
#include <grpcpp/generic/generic_stub.h>
#include <sys/stat.h>
#include <unistd.h>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include "testing/error_codes.hpp"

#include "fixture.hpp"
#include "testing/users.hpp"

using namespace loan_manager;
using namespace loan_manager::rpc;
using namespace loan_manager::rpc::testing;
using loan_manager::testing::connect_as;

namespace {

constexpr uid_t somebody = 65534;

/// What the last call looked like to the handler.
class Seen {
public:
    Handlers handlers() {
        Handlers made;
        made.get = [this](CallContext& call, const fleet::GetBikeRequest&) { return note(call); };
        return made;
    }
    /// Of the last call.
    CallContext context() {
        const std::lock_guard lock(mutex_);
        return context_;
    }

private:
    asio::awaitable<Result<fleet::Bike>> note(CallContext& call) {
        const std::lock_guard lock(mutex_);
        context_.request_id = call.request_id;
        context_.client_ip = call.client_ip;
        context_.user_agent = call.user_agent;
        context_.traceparent = call.traceparent;
        context_.caller = call.caller;
        co_return fleet::Bike();
    }

    std::mutex mutex_;
    CallContext context_;
};

CallContext with_claims() {
    CallContext context = caller();
    context.request_id = "claimed-request-id";
    context.client_ip = "203.0.113.9";
    context.user_agent = "claimed agent";
    context.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    return context;
}

std::string outcome(Threads& threads, Upstream& upstream) {
    const Result<fleet::Bike> bike = call_now<fleet::Bike>(threads, upstream, get_bike, with_claims(), some_bike());
    return bike ? std::string("ok") : std::string(bike.error().code.name());
}

/// One call over that connection, with everything a caller could claim.
grpc::Status call_over(int connection) {
    const auto channel = grpc::CreateInsecureChannelFromFd("peer", connection);
    grpc::GenericStub stub(channel);
    grpc::ClientContext context;
    write_metadata(with_claims(), false, context);
    context.set_deadline(std::chrono::system_clock::now() + 10s);
    grpc::ByteBuffer request = to_bytes(some_bike());
    grpc::ByteBuffer answer;
    std::promise<grpc::Status> done;
    stub.UnaryCall(&context, get_bike, grpc::StubOptions(), &request, &answer,
                   [&](grpc::Status status) { done.set_value(std::move(status)); });
    return done.get_future().get();
}

}  // namespace

TEST_CASE("what a call says of its caller is believed from the gateway's user") {
    Threads threads;
    Seen seen;
    TestServer server(threads, seen.handlers());
    Upstream upstream(to(server.address()), threads.next());
    upstream.start();
    REQUIRE(outcome(threads, upstream) == "ok");
    CHECK(seen.context().request_id == "claimed-request-id");
    CHECK(seen.context().client_ip == "203.0.113.9");
    CHECK(seen.context().user_agent == "claimed agent");
    CHECK(seen.context().traceparent == with_claims().traceparent);
}

TEST_CASE("anybody else may call with a token, but nothing he says of the caller is believed") {
    Threads threads;
    Seen seen;
    ServerOptions options;
    options.gateway_user = ::geteuid() + 1;
    TestServer server(threads, seen.handlers(), options);
    Upstream upstream(to(server.address()), threads.next());
    upstream.start();
    REQUIRE(outcome(threads, upstream) == "ok");
    CHECK(is_request_id(seen.context().request_id));
    CHECK(seen.context().request_id != "claimed-request-id");
    CHECK(seen.context().client_ip.empty());
    CHECK(seen.context().user_agent.empty());
    CHECK(seen.context().traceparent.empty());
    CHECK(seen.context().caller.user_id == "user-admin");
}

TEST_CASE("a TCP connection is nobody's as long as no certificate says whose") {
    Threads threads;
    Seen seen;
    TestServer server(threads, seen.handlers(), on_tcp());
    Upstream upstream(to(server.address()), threads.next());
    upstream.start();
    REQUIRE(outcome(threads, upstream) == "ok");
    CHECK(seen.context().client_ip.empty());
}

TEST_CASE("the kernel says whose connection it is, on one socket for all") {
    if (::geteuid() != 0) {
        MESSAGE("needs root, to be several users");
        return;
    }
    Threads threads;
    Seen seen;
    const SocketDirectory directory;
    ServerOptions options = directory.instance("1");
    options.gateway_user = somebody;
    TestServer server(threads, seen.handlers(), options);
    const std::filesystem::path socket = options.socket->path();
    REQUIRE(::chmod(directory.path().c_str(), 0755) == 0);

    // Without the permission to write to the socket nobody gets in at all.
    CHECK(connect_as(somebody, somebody, socket) < 0);
    REQUIRE(::chown(socket.c_str(), 0, somebody) == 0);

    const int gateway = connect_as(somebody, somebody, socket);
    REQUIRE(gateway >= 0);
    CHECK(call_over(gateway).ok());
    CHECK(seen.context().client_ip == "203.0.113.9");

    for (const uid_t other : {uid_t{0}, somebody - 1}) {
        const int connection = connect_as(other, somebody, socket);
        REQUIRE(connection >= 0);
        CHECK(call_over(connection).ok());
        CHECK(seen.context().client_ip.empty());
        CHECK(seen.context().request_id != "claimed-request-id");
    }
}

TEST_CASE("where somebody else could answer nobody is called") {
    Threads threads;
    Seen seen;
    const SocketDirectory directory;
    TestServer server(threads, seen.handlers(), directory.instance("1"));
    UpstreamOptions options = to(directory.address());

    SUBCASE("another owner is expected") { options.owner = ::geteuid() + 1; }
    SUBCASE("others may write to the directory") { REQUIRE(::chmod(directory.path().c_str(), 0770) == 0); }
    SUBCASE("a file that names an address is no socket") {
        server->socket()->withdraw();
        std::ofstream(directory.path() / "2.sock") << server.address();
        std::ofstream(directory.path() / "127.0.0.1:50051") << "1";
    }
    SUBCASE("a socket that is not the owner's") {
        server->socket()->withdraw();
        runtime::InstanceSocket foreign(directory.path(), "2");
        foreign.publish();
        // As nobody but root can make it look; for others the case is the first one.
        if (::geteuid() == 0) {
            REQUIRE(::lchown(foreign.path().c_str(), somebody, somebody) == 0);
        } else {
            foreign.withdraw();
        }
        Upstream upstream(options, threads.next());
        upstream.start();
        CHECK(outcome(threads, upstream) == "UNAVAILABLE");
    }
    Upstream upstream(options, threads.next());
    upstream.start();
    CHECK(outcome(threads, upstream) == "UNAVAILABLE");
    CHECK(upstream.instances() == 0);
    CHECK(upstream.state() == UpstreamState::unreachable);
}

TEST_CASE("a directory that is taken over is no longer called, and is again when it is put right") {
    Threads threads;
    Seen seen;
    const SocketDirectory directory;
    TestServer server(threads, seen.handlers(), directory.instance("1"));
    Upstream upstream(to(directory.address()), threads.next());
    upstream.start();
    REQUIRE(outcome(threads, upstream) == "ok");
    const auto until = [&](const std::string& expected) {
        const auto limit = std::chrono::steady_clock::now() + 15s;
        while (outcome(threads, upstream) != expected) {
            if (std::chrono::steady_clock::now() > limit) {
                return false;
            }
            threads.run(wait(5ms));
        }
        return true;
    };
    REQUIRE(::chmod(directory.path().c_str(), 0777) == 0);
    CHECK(until("UNAVAILABLE"));
    REQUIRE(::chmod(directory.path().c_str(), 0750) == 0);
    CHECK(until("ok"));
}

TEST_CASE("TCP without credentials is refused, by clients too") {
    Threads threads;
    for (const char* address : {"127.0.0.1:50051", "fleet:50061,fleet-2:50061", "dns:///fleet:50061"}) {
        CAPTURE(address);
        UpstreamOptions options = to(address);
        options.tcp_credentials = nullptr;
        try {
            Upstream upstream(options, threads.next());
            FAIL("accepted");
        } catch (const std::invalid_argument& error) {
            CHECK(std::string(error.what()).find("mutual TLS") != std::string::npos);
        }
    }
}
