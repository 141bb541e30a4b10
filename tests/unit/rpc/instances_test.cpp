// Which sockets of a directory are called, and how soon it is noticed that they have changed.
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cstring>
#include <filesystem>

#include "fixture.hpp"
#include "testing/error_codes.hpp"
#include "testing/process.hpp"

using namespace loan_manager;
using namespace loan_manager::rpc;
using namespace loan_manager::rpc::testing;
using loan_manager::testing::eventually;

namespace {

Handlers answering() {
    Handlers handlers;
    handlers.get = [](CallContext&, const fleet::GetBikeRequest&) -> asio::awaitable<Result<fleet::Bike>> {
        co_return fleet::Bike();
    };
    return handlers;
}

std::string outcome(Threads& threads, Upstream& upstream) {
    const Result<fleet::Bike> bike = call_now<fleet::Bike>(threads, upstream, get_bike, caller(), some_bike());
    return bike ? "ok" : std::string(bike.error().code.name());
}

/// An upstream that neither looks nor tries again by itself before the test is over.
UpstreamOptions by_news_only(const std::string& address) {
    UpstreamOptions options = to(address);
    options.directory_interval = 1h;
    options.reconnect_after = options.reconnect_after_at_most = 1h;
    return options;
}

/// What a killed process leaves behind.
void leave_dead_socket(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(socket, 1) == 0);
    ::close(socket);
}

}  // namespace

TEST_CASE("instances that come and go are noticed without waiting for the next look") {
    Threads threads;
    const SocketDirectory directory;
    Upstream upstream(by_news_only(directory.address()), threads.next());
    upstream.start();
    CHECK(outcome(threads, upstream) == "UNAVAILABLE");
    for (int round = 0; round < 3; ++round) {
        {
            TestServer a(threads, answering(), directory.instance("a"));
            REQUIRE(eventually([&] { return outcome(threads, upstream) == "ok"; }));
            TestServer b(threads, answering(), directory.instance("b"));
            REQUIRE(eventually([&] { return upstream.instances() == 2; }));
        }
        REQUIRE(eventually([&] { return upstream.instances() == 0; }));
        CHECK(outcome(threads, upstream) == "UNAVAILABLE");
    }
}

TEST_CASE("an instance that was killed is called as soon as it is back under its name") {
    Threads threads;
    const SocketDirectory directory;
    leave_dead_socket(directory.path() / "1.sock");
    Upstream upstream(by_news_only(directory.address()), threads.next());
    upstream.start();
    REQUIRE(eventually([&] { return upstream.state() == UpstreamState::unreachable; }));
    CHECK(upstream.instances() == 1);
    TestServer back(threads, answering(), directory.instance("1"));
    CHECK(eventually([&] { return outcome(threads, upstream) == "ok"; }));
}

TEST_CASE("a directory that others may suddenly write to is left at once") {
    Threads threads;
    const SocketDirectory directory;
    TestServer server(threads, answering(), directory.instance("1"));
    Upstream upstream(by_news_only(directory.address()), threads.next());
    upstream.start();
    REQUIRE(eventually([&] { return outcome(threads, upstream) == "ok"; }));
    namespace fs = std::filesystem;
    fs::permissions(directory.path(), fs::perms::others_write, fs::perm_options::add);
    CHECK(eventually([&] { return outcome(threads, upstream) == "UNAVAILABLE"; }));
    fs::permissions(directory.path(), fs::perms::others_write, fs::perm_options::remove);
    CHECK(eventually([&] { return outcome(threads, upstream) == "ok"; }));
}

TEST_CASE("a directory that takes the place of another is followed from the next look on") {
    Threads threads;
    const SocketDirectory above;
    const std::filesystem::path path = above.path() / "fleet";
    UpstreamOptions options = by_news_only("unix:" + path.string());
    options.directory_interval = 20ms;
    Upstream upstream(options, threads.next());
    upstream.start();
    for (int round = 0; round < 3; ++round) {
        ServerOptions place;
        place.socket = std::make_shared<runtime::InstanceSocket>(path, "1");
        {
            TestServer server(threads, answering(), std::move(place));
            CHECK(eventually([&] { return outcome(threads, upstream) == "ok"; }));
        }
        std::filesystem::remove_all(path);
        CHECK(eventually([&] { return upstream.instances() == 0; }));
    }
}

TEST_CASE("a server of other services is no instance, even in the right place") {
    Threads threads;
    const SocketDirectory directory;
    TestServer fleet_and_trust(threads, answering(), directory.instance("1"));
    UpstreamOptions options = to(directory.address());
    options.services = {auth::LoginRequest::descriptor()->file()->FindServiceByName("AuthService")};
    Upstream upstream(options, threads.next());
    upstream.start();
    CHECK(outcome(threads, upstream) == "UNAVAILABLE");
    CHECK(upstream.state() != UpstreamState::ready);
}
