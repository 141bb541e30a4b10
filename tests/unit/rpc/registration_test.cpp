#include <doctest/doctest.h>

#include "fixture.hpp"

using namespace loan_manager;
using namespace loan_manager::rpc;
using namespace loan_manager::rpc::testing;

namespace {

asio::awaitable<Result<auth::Trust>> trust(CallContext&, const auth::GetTrustRequest&) { co_return auth::Trust(); }
asio::awaitable<Result<auth::Jwks>> jwks(CallContext&, const auth::GetJwksRequest&) { co_return auth::Jwks(); }

struct Owner {
    asio::awaitable<Result<auth::Jwks>> jwks(CallContext&, const auth::GetJwksRequest&) { co_return auth::Jwks(); }
};

}  // namespace

TEST_CASE("registration finds mistakes before the first call") {
    Threads threads;
    const SocketDirectory directory;
    Server server(directory.instance("1"), threads.executors(), ServerHooks{});
    ServiceBuilder builder = server.service<auth::TrustService>();

    const auto get_trust_handler = [](CallContext& c, const auth::GetTrustRequest& r) { return trust(c, r); };
    const auto get_jwks_handler = [](CallContext& c, const auth::GetJwksRequest& r) { return jwks(c, r); };
    CHECK_THROWS_AS(builder.query("NoSuchMethod", get_jwks_handler), std::logic_error);
    CHECK_THROWS_AS(builder.query("GetTrust", get_jwks_handler, OpenTo::anyone), std::logic_error);
    CHECK_THROWS_AS(builder.query("GetTrust", get_trust_handler), std::logic_error);  // nobody said who may call it
    CHECK_THROWS_AS(builder.query("GetJwks", get_jwks_handler, OpenTo::anyone), std::logic_error);  // its route did
    builder.query("GetTrust", get_trust_handler, OpenTo::anyone);
    CHECK_THROWS_AS(builder.query("GetTrust", get_trust_handler, OpenTo::anyone), std::logic_error);
    CHECK_THROWS_AS(server.start(), std::logic_error);  // GetJwks has no handler
    CHECK_THROWS_AS(server.service("loanmanager.auth.v1.NoService"), std::logic_error);
}

TEST_CASE("a member function is a handler too") {
    Threads threads;
    Owner owner;
    const SocketDirectory directory;
    Server server(directory.instance("1"), threads.executors(), ServerHooks{});
    server.service<auth::TrustService>()
        .query("GetJwks", &Owner::jwks, owner)
        .query(
            "GetTrust", [](CallContext& c, const auth::GetTrustRequest& r) { return trust(c, r); }, OpenTo::anyone);
    CHECK_NOTHROW(server.start());
    CHECK(server.port() == 0);
}

TEST_CASE("a method that needs a token needs somebody who verifies it") {
    Threads threads;
    const SocketDirectory directory;
    Server server(directory.instance("1"), threads.executors(), ServerHooks{});
    server.service<auth::TrustService>()
        .query("GetJwks", [](CallContext& c, const auth::GetJwksRequest& r) { return jwks(c, r); })
        .query(
            "GetTrust", [](CallContext& c, const auth::GetTrustRequest& r) { return trust(c, r); }, OpenTo::signed_in);
    CHECK_THROWS_AS(server.start(), std::logic_error);
}

TEST_CASE("a taken port is an error, not a shared one") {
    Threads threads;
    TestServer first(threads, Handlers{}, on_tcp());
    CHECK_THROWS_AS(TestServer(threads, Handlers{}, on_tcp(first->port())), std::runtime_error);
}

TEST_CASE("a server without anything to listen on, or on TCP without proof of who is who, does not start") {
    Threads threads;
    Server nowhere(ServerOptions{}, threads.executors(), ServerHooks{});
    CHECK_THROWS_AS(nowhere.start(), std::logic_error);
    ServerOptions unproven = on_tcp();
    unproven.tcp->credentials = nullptr;
    Server tcp(unproven, threads.executors(), ServerHooks{});
    CHECK_THROWS_AS(tcp.start(), std::logic_error);
}
