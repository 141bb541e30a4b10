// What one client may hold of the gateway: connections, memory, and time.
#include <doctest/doctest.h>

#include <string>

#include "gateway/http/affordable.hpp"
#include "gateway/http/body_reader.hpp"
#include "gateway/http/request_head.hpp"
#include "gateway/http/seats.hpp"
#include "support/wire.hpp"

using namespace loan_manager::gateway;
using namespace loan_manager::gateway::testing;
using namespace std::chrono_literals;
using boost::asio::ip::make_address;
using http::Seats;

TEST_CASE("one address holds a part of the seats, an exempt one any number, nobody more than there are") {
    const auto seats = Seats::make({.total = 5, .per_address = 2, .exempt = [](const auto& address) {
                                        return address == make_address("10.0.0.1");
                                    }});
    std::vector<Seats::Seat> held;
    const auto take = [&](const char* address, bool make_room = false) {
        Seats::Seat seat;
        const auto verdict = seats->take(make_address(address), make_room, seat);
        held.push_back(std::move(seat));
        return verdict;
    };
    CHECK(take("192.0.2.1") == Seats::Verdict::seated);
    CHECK(take("::ffff:192.0.2.1") == Seats::Verdict::seated);
    CHECK(take("192.0.2.1") == Seats::Verdict::too_many_of_address);
    CHECK(take("2001:db8::1") == Seats::Verdict::seated);
    CHECK(take("2001:db8::2") == Seats::Verdict::seated);
    CHECK(take("2001:db8::ffff:3") == Seats::Verdict::too_many_of_address);  // one client owns its /64
    CHECK(take("10.0.0.1") == Seats::Verdict::seated);
    CHECK(take("10.0.0.1") == Seats::Verdict::full);
    CHECK(take("192.0.2.9") == Seats::Verdict::full);
    CHECK(take("192.0.2.9", true) == Seats::Verdict::seated);
    CHECK(take("192.0.2.1", true) == Seats::Verdict::too_many_of_address);
    CHECK(seats->taken() == 6);
    CHECK(seats->addresses() == 3);
    held.clear();
    CHECK(seats->taken() == 0);
    CHECK(seats->addresses() == 0);
    for (int i = 0; i != 5; ++i) {
        CHECK(take("10.0.0.1") == Seats::Verdict::seated);
    }
    CHECK(take("10.0.0.1") == Seats::Verdict::full);
}

TEST_CASE("a seat moves, and is given back once") {
    const auto seats = Seats::make({.total = 9, .per_address = 9, .exempt = {}});
    Seats::Seat first;
    REQUIRE(seats->take(make_address("192.0.2.1"), false, first) == Seats::Verdict::seated);
    {
        Seats::Seat second(std::move(first));
        Seats::Seat third;
        third = std::move(second);
        CHECK(seats->taken() == 1);
    }
    CHECK(seats->taken() == 0);
}

TEST_CASE("connections are no more than the descriptors left beside the reserve") {
    using http::affordable_connections;
    CHECK(affordable_connections(10'000, 524'288) == 10'000);
    CHECK(affordable_connections(10'000, 1024) == 1024 - http::reserved_descriptors);
    CHECK(affordable_connections(100, 1024) == 100);
    CHECK(affordable_connections(100, http::reserved_descriptors + 1) == 1);
    CHECK(affordable_connections(100, http::reserved_descriptors) == 0);
    CHECK(affordable_connections(100, 0) == 0);
}

TEST_CASE("a reader that takes a byte now and then is cut off, with one long answer …") {
    Wire reader;
    reader.app.body_limit = 2'000'000;
    reader.peer.accept_only(0);
    reader.exchange("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + std::string(1'000'000, 'a'));
    int seconds = 0;
    for (; !reader.peer.closed && seconds < 1000; ++seconds) {
        reader.peer.accept_more(200);
        reader.run();
        reader.wait(1s);
    }
    CHECK(seconds >= 30);
    CHECK(seconds <= 40);
}

TEST_CASE("… or with many short ones to pipelined requests") {
    Wire reader;
    std::string requests;
    for (int i = 0; i != 500; ++i) {
        requests += "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
    }
    reader.peer.accept_only(0);
    reader.exchange(requests);
    int seconds = 0;
    for (; !reader.peer.closed && seconds < 1000; seconds += 10) {
        reader.peer.accept_more(120);  // about one answer
        reader.run();
        reader.wait(10s);
    }
    CHECK(seconds >= 30);
    CHECK(seconds <= 50);
}

TEST_CASE("a slow but steady reader gets all of its answer") {
    Wire reader;
    reader.app.body_limit = 2'000'000;
    reader.peer.accept_only(0);
    const std::string body(1'000'000, 'a');
    reader.peer.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + body);
    reader.run();
    std::string answer = reader.take();
    for (int seconds = 0; answer.size() < body.size() && seconds < 1000 && !reader.peer.closed; ++seconds) {
        reader.peer.accept_more(2100);
        reader.run();
        answer += reader.wait(1s);
    }
    CHECK(answer.ends_with("\r\n\r\n" + body));
    CHECK(!reader.peer.closed);
}

TEST_CASE("time that a client is not kept waiting for costs it nothing") {
    Wire client;
    for (int i = 0; i != 50; ++i) {
        CHECK(client.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("/a"));
        client.wait(60s);
    }
    CHECK(!client.peer.closed);
}

TEST_CASE("memory follows what has arrived, not what was announced") {
    http::Request request;
    REQUIRE(http::parse_head("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n", request) ==
            http::ParseError::ok);
    http::BodyReader reader(request, 1'048'576, 100);
    http::ParseError error{};
    reader.feed(std::string(100, 'a'), error);
    CHECK(request.body.capacity() <= 1024);
    for (int i = 1; i != 100; ++i) {
        reader.feed(std::string(100, 'a'), error);
        CHECK(request.body.capacity() <= 2 * reader.taken() + 1024);
    }

    Wire half_sent;
    half_sent.app.body_limit = 4096;
    half_sent.exchange("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n{\"username\"");
    CHECK(half_sent.peer.largest_read <= 8 * 1024);

    Wire large;
    large.app.body_limit = 1'048'576;
    large.exchange("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
    CHECK(large.peer.largest_read <= 8 * 1024);
    for (int i = 0; i != 1000; ++i) {
        large.exchange(std::string(999, 'a'));
        CHECK(large.peer.largest_read <= std::max<std::size_t>(8 * 1024, 2 * static_cast<std::size_t>(i + 1) * 1000));
    }
    CHECK(large.peer.largest_read <= 128 * 1024);
}

TEST_CASE("a body that is thrown away is not kept while it comes") {
    http::Request request;
    REQUIRE(http::parse_head("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n", request) ==
            http::ParseError::ok);
    http::BodyReader reader(request, 65'536, 100, http::BodyReader::Use::discard);
    http::ParseError error{};
    CHECK(reader.feed(std::string(59'999, 'a'), error) == 59'999);
    CHECK(request.body.capacity() < 100);
    CHECK(!reader.done());
    CHECK(reader.feed("ab", error) == 1);
    CHECK(reader.done());
}

TEST_CASE("a connection that has waited long makes room for another; one at work does not") {
    Wire wire;
    CHECK(!wire.table->evict_idle(5s));
    wire.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    wire.wait(4s);
    CHECK(!wire.table->evict_idle(5s));
    wire.exchange("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    wire.wait(20s);
    CHECK(!wire.table->evict_idle(5s));
    wire.gate.cancel();
    wire.run();
    CHECK(wire.take().ends_with("/wait"));
    wire.wait(5s);
    CHECK(wire.table->evict_idle(5s));
    wire.run();
    CHECK(wire.peer.closed);
    CHECK(wire.table->size() == 0);
}
