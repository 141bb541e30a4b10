#include "runtime/listen.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace loan_manager::runtime;

TEST_CASE("a port in use is named with its setting") {
    boost::asio::io_context context;
    const auto acceptor = open_acceptor(context, "127.0.0.1", 0, "PORT");
    const std::uint16_t port = acceptor.local_endpoint().port();
    const std::string expected =
        "cannot listen on 127.0.0.1:" + std::to_string(port) + " (setting PORT): Address already in use";
    CHECK_THROWS_WITH_AS(open_acceptor(context, "127.0.0.1", port, "PORT"), expected.c_str(), StartupError);
    CHECK_THROWS_WITH_AS(require_free_port("127.0.0.1", port, "PORT"), expected.c_str(), StartupError);
}

TEST_CASE("a port is shared only within a process that asks for it") {
    boost::asio::io_context context;
    const auto first = open_acceptor(context, "127.0.0.1", 0, "PORT", true);
    const std::uint16_t port = first.local_endpoint().port();
    CHECK_NOTHROW(open_acceptor(context, "127.0.0.1", port, "PORT", true));
    CHECK_THROWS_AS(require_free_port("127.0.0.1", port, "PORT"), StartupError);
}

TEST_CASE("addresses may be names, and IPv6") {
    boost::asio::io_context context;
    CHECK_NOTHROW(open_acceptor(context, "localhost", 0, "PORT"));
    CHECK_THROWS_AS(open_acceptor(context, "no.such.host.invalid", 0, "PORT"), StartupError);
    CHECK(host_port("::1", 80) == "[::1]:80");
    CHECK(host_port("[::1]", 80) == "[::1]:80");
    CHECK(host_port("localhost", 80) == "localhost:80");
}
