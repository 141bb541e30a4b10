// HTTP/1.1 on the wire, byte for byte, over memory.
#include <doctest/doctest.h>

#include "gateway/http/body_reader.hpp"
#include "gateway/http/request_head.hpp"
#include "support/wire.hpp"

using namespace loan_manager::gateway;
using namespace loan_manager::gateway::testing;
using namespace std::chrono_literals;

namespace {

bool refused_and_closed(Wire& wire, const std::string& answer) {
    wire.close();  // ends the lingering
    return answer.starts_with("HTTP/1.1 400 Bad Request\r\n") && answer.find("Connection: close\r\n") != answer.npos &&
           wire.peer.closed && wire.table->size() == 0;
}

}  // namespace

TEST_CASE("a request is answered byte for byte and the connection stays open") {
    Wire wire;
    CHECK(wire.exchange("GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n") == ok("/a"));
    CHECK(wire.exchange("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello") == ok("hello"));
    CHECK(!wire.peer.closed);
    CHECK(wire.app.finished == std::vector<unsigned>{200, 200});
}

TEST_CASE("a request that arrives one byte at a time") {
    Wire wire;
    const std::string request =
        "\r\nPOST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nX: "
        "y\r\n\r\n";
    std::string answer;
    for (const char c : request) {
        answer += wire.exchange({&c, 1});
    }
    CHECK(answer == ok("abcde"));
}

TEST_CASE("pipelined requests are answered in their order, the body of one never read as the next") {
    Wire wire;
    CHECK(wire.exchange(
              "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n"
              "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 34\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n123"
              "GET /2 HTTP/1.1\r\nHost: x\r\n\r\n") ==
          ok("/1") + ok("GET /evil HTTP/1.1\r\nHost: x\r\n\r\n123") + ok("/2"));
}

TEST_CASE("HEAD has the fields of GET and no body") {
    Wire wire;
    const std::string get = wire.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(wire.exchange("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n") + "/a" == get);
    CHECK(wire.exchange("GET /b HTTP/1.1\r\nHost: x\r\n\r\n") == ok("/b"));
}

TEST_CASE("connection ends when the client asks for it, and with HTTP/1.0 unless it asks otherwise") {
    Wire asked;
    CHECK(asked.exchange("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") ==
          ok("/a", "Connection: close\r\n"));
    CHECK(asked.peer.closed);
    Wire old;
    CHECK(old.exchange("GET /a HTTP/1.0\r\n\r\n") == ok("/a", "Connection: close\r\n"));
    CHECK(old.peer.closed);
    Wire bench;  // ab -k
    CHECK(bench.exchange("GET /a HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n") ==
          ok("/a", "Connection: keep-alive\r\n"));
    CHECK(!bench.peer.closed);
}

TEST_CASE("malformed and smuggling requests are refused and the connection ends") {
    const std::vector<std::string> heads = {
        "nonsense\r\n\r\n",
        "GET\r\n\r\n",
        "GET /\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1 \r\nHost: x\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\nHost: x\n\n",
        "GET / HTTP/1.1\r\nHost: x\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\rX: y\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\n Host: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nBad Name: 1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n: empty\r\n\r\n",
        std::string("GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n", 36),
        std::string("GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n", 29),
        "GET / HTTP/1.1\r\nHost: x\r\nX: a\x01\r\n\r\n",
        "GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET relative HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET http:///a HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /#fragment HTTP/1.1\r\nHost: x\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4, 4\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +4\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x4\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n folded\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nno colon\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\n\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1 \r\na\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;a\nb\r\na\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n;\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n",
        "GET / HTTP/2.0\r\nHost: x\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    };
    for (const std::string& head : heads) {
        CAPTURE(head);
        Wire wire;
        const std::string answer = wire.exchange(head + "GET /second HTTP/1.1\r\nHost: x\r\n\r\n");
        CHECK(refused_and_closed(wire, answer));
        CHECK(answer.find("/second") == std::string::npos);
        CHECK(wire.app.finished.size() == 1);
    }
}

TEST_CASE("absolute form is accepted, its authority ignored") {
    Wire wire;
    CHECK(wire.exchange("GET http://other:80/a?b HTTP/1.1\r\nHost: x\r\n\r\n") == ok("/a"));
}

TEST_CASE("trailer fields do not become header fields") {
    http::Request request;
    REQUIRE(http::parse_head("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", request) ==
            http::ParseError::ok);
    http::BodyReader reader(request, 10, 100);
    http::ParseError error{};
    CHECK(reader.feed("1\r\na\r\n0\r\nAuthorization: Bearer x\r\n\r\nnext", error) == 36);
    CHECK(error == http::ParseError::ok);
    CHECK(reader.done());
    CHECK(request.fields.size() == 2);
    CHECK(request.body == "a");
}

TEST_CASE("chunked bodies in every division give the same answer") {
    // An empty body in the pieces that abort Beast 1.81 is among them.
    for (const std::string& body :
         {std::string("0\r\n\r\n"), std::string("0;a\r\n\r\n"), std::string("3\r\nabc\r\n0\r\nX: y\r\n\r\n")}) {
        const std::string request = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + body;
        for (std::size_t first = 1; first < request.size(); ++first) {
            for (std::size_t second = first; second < request.size(); ++second) {
                Wire wire;
                std::string answer = wire.exchange(request.substr(0, first));
                answer += wire.exchange(request.substr(first, second - first));
                answer += wire.exchange(request.substr(second));
                REQUIRE(answer == ok(body.front() == '3' ? "abc" : ""));
            }
        }
    }
}

TEST_CASE("oversized heads are refused wherever they grow") {
    http::Limits limits;
    limits.request_line = 64;
    limits.head = 256;
    limits.fields = 4;
    const auto refusal = [&](const std::string& bytes) {
        Wire wire(limits);
        wire.exchange(bytes);
        wire.close();
        REQUIRE(wire.app.refused.size() == 1);
        return wire.app.refused[0];
    };
    CHECK(refusal("GET /" + std::string(70, 'a')) == http::Refusal::line_too_long);
    CHECK(refusal("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(300, 'a')) == http::Refusal::head_too_long);
    CHECK(refusal("GET / HTTP/1.1\r\nA:\r\nB:\r\nC:\r\nD:\r\nE:\r\n") == http::Refusal::head_too_long);
    Wire fits(limits);
    CHECK(fits.exchange("GET /a HTTP/1.1\r\nHost: x\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n") == ok("/a"));
}

TEST_CASE("D-217 oversized bodies: refused by their announcement, and by what really comes") {
    Wire announced;
    announced.exchange("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n");
    CHECK(announced.app.refused == std::vector{http::Refusal::body_too_large});
    Wire chunk_header;
    chunk_header.exchange("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n");
    CHECK(chunk_header.app.refused == std::vector{http::Refusal::body_too_large});
    Wire sum;
    std::string chunks;
    for (int i = 0; i < 11; ++i) {
        chunks += "a\r\n0123456789\r\n";
    }
    sum.exchange("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
    CHECK(sum.app.refused == std::vector{http::Refusal::body_too_large});
    Wire fits;
    CHECK(fits.exchange("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'a')) ==
          ok(std::string(100, 'a')));
    Wire endless;
    endless.exchange("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(9000, 'x'));
    CHECK(endless.app.refused == std::vector{http::Refusal::malformed});
}

TEST_CASE("100-continue: sent when the body is wanted, and not sent when the request is refused") {
    Wire wanted;
    CHECK(wanted.exchange("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n") ==
          "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(wanted.exchange("ab") == ok("ab"));
    CHECK(wanted.exchange("GET /next HTTP/1.1\r\nHost: x\r\n\r\n") == ok("/next"));

    Wire early;
    const auto refused =
        early.exchange("POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    CHECK(refused.starts_with("HTTP/1.1 401 Unauthorized\r\n"));
    CHECK(refused.find("Connection: close") != std::string::npos);

    Wire large;
    CHECK(large.exchange("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\nExpect: 100-continue\r\n\r\n")
              .starts_with("HTTP/1.1 400"));

    Wire impatient;  // sends the body without waiting
    CHECK(impatient.exchange("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nab") ==
          ok("ab"));

    Wire unknown;
    unknown.exchange("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: tea\r\n\r\n");
    CHECK(unknown.app.refused == std::vector{http::Refusal::expectation_unknown});
}

TEST_CASE("a small body of a request refused early is thrown away and the connection goes on") {
    Wire wire;
    const auto answer = wire.exchange("POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe");
    CHECK(answer.starts_with("HTTP/1.1 401"));
    CHECK(answer.find("Connection: close") == std::string::npos);
    CHECK(wire.exchange("lloGET /a HTTP/1.1\r\nHost: x\r\n\r\n") == ok("/a"));
}

TEST_CASE("a refused client can read the answer: sending ends first, the rest of the input is swallowed") {
    Wire wire;
    wire.exchange("POST /early HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    CHECK(wire.peer.send_shut_down);
    CHECK(!wire.peer.closed);
    wire.exchange(std::string(100'000, 'x'));
    CHECK(!wire.peer.closed);
    wire.wait(2100ms);
    CHECK(wire.peer.closed);
}

TEST_CASE("slow clients: head, body, idle and write timeouts") {
    Wire head;
    CHECK(head.exchange("GET / HT").empty());
    CHECK(head.wait(9s).empty());
    CHECK(head.exchange("TP/1.1\r\nX").empty());  // progress does not extend it
    CHECK(head.wait(1100ms).starts_with("HTTP/1.1 400"));
    CHECK(head.app.refused == std::vector{http::Refusal::timed_out});

    Wire silent;
    CHECK(silent.wait(11s).empty());
    CHECK(silent.peer.closed);
    CHECK(silent.app.finished.empty());

    Wire idle;
    idle.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    idle.wait(74s);
    CHECK(!idle.peer.closed);
    idle.wait(2s);
    CHECK(idle.peer.closed);

    Wire body;
    body.exchange("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");
    body.wait(9s);
    body.exchange("a");
    body.wait(9s);
    CHECK(body.app.refused.empty());  // progress extends it …
    for (int i = 0; i < 8 && body.app.refused.empty(); ++i) {
        body.exchange("a");
        body.wait(9s);
    }
    CHECK(body.app.refused == std::vector{http::Refusal::timed_out});  // … but not for ever

    Wire reader;
    reader.peer.accept_only(10);
    CHECK(reader.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n") == "HTTP/1.1 2");
    reader.wait(14s);
    reader.peer.accept_more(5);
    reader.run();
    reader.wait(14s);
    CHECK(!reader.peer.closed);
    reader.wait(2s);
    CHECK(reader.peer.closed);
}

TEST_CASE("a client that leaves cancels the call; 499 is recorded and nothing is sent") {
    Wire wire;
    wire.exchange("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(wire.app.finished.empty());
    wire.close();
    CHECK(wire.app.cancelled == 1);
    CHECK(wire.app.finished == std::vector<unsigned>{499});
    CHECK(wire.take().empty());
    CHECK(wire.table->size() == 0);
}

TEST_CASE("an exception of the application is a 500, and the connection goes on") {
    Wire wire;
    CHECK(
        wire.exchange("GET /throw HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
    CHECK(wire.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n") == ok("/a"));
}

TEST_CASE("drain: idle connections end at once, busy ones with their answer") {
    Wire idle;
    idle.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    idle.table->drain();
    idle.run();
    CHECK(idle.peer.closed);

    Wire busy;
    busy.exchange("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    busy.table->drain();
    busy.run();
    CHECK(!busy.peer.closed);
    busy.gate.cancel();
    busy.run();
    CHECK(busy.take() == ok("/wait", "Connection: close\r\n"));
    CHECK(busy.peer.closed);
    CHECK(busy.table->wait_empty(std::chrono::steady_clock::now()));
}
