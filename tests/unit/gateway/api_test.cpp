// Requests through a whole gateway over sockets, to a service that answers what the test says.
#include <doctest/doctest.h>

#include <deque>

#include "loanmanager/auth/v1/auth.pb.h"
#include "loanmanager/common/v1/error.pb.h"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "support/running_gateway.hpp"
#include "token/base64url.hpp"

using namespace loan_manager::gateway;
using namespace loan_manager::gateway::testing;
namespace fleet = loanmanager::fleet::v1;

namespace {

constexpr const char* bike_id = "01900000-0000-7000-8000-0000000000b1";
const std::string bike_path = std::string("/v1/bikes/") + bike_id;
const std::string key_line = "Idempotency-Key: key-12345678\r\n";
const std::string json_line = "Content-Type: application/json\r\n";

FakeAnswer one_bike(int version = 7) {
    fleet::Bike bike;
    bike.set_id(bike_id);
    bike.set_version(version);
    return answer_of(bike);
}

void answer_bikes(RunningGateway& gateway) {
    gateway.service.answer_with([](const SeenCall& call) {
        if (call.method.ends_with("/ListBikes")) {
            return answer_of(fleet::BikeList());
        }
        return one_bike();
    });
}

grpc::Status coded(grpc::StatusCode status, const std::string& code, const std::string& message) {
    loanmanager::common::v1::ErrorDetail detail;
    detail.set_code(code);
    return grpc::Status(status, message, detail.SerializeAsString());
}

}  // namespace

TEST_CASE("a read: what the service is told, and what the client gets") {
    RunningGateway gateway;
    answer_bikes(gateway);
    const std::string token = bearer();
    const Reply reply = gateway.request("GET", bike_path,
                                        token +
                                            "X-Request-ID: req.1234-5\r\nX-Forwarded-For: 6.6.6.6, 198.51.100.4\r\n"
                                            "User-Agent: tests\r\n");
    CHECK(reply.status == 200);
    CHECK(reply.field("ETag") == "\"7\"");
    CHECK(reply.field("Cache-Control") == "private, no-cache");
    CHECK(reply.field("Vary") == "Authorization");
    CHECK(reply.field("X-Request-ID") == "req.1234-5");
    CHECK(reply.field("X-Content-Type-Options") == "nosniff");
    CHECK(reply.field("Content-Type") == "application/json");
    CHECK(reply.json().at("id").as_string() == bike_id);

    const SeenCall call = gateway.service.last();
    CHECK(call.method == "/loanmanager.fleet.v1.BikeService/GetBike");
    CHECK(call.value("x-request-id") == "req.1234-5");
    CHECK(call.value("x-client-ip") == "198.51.100.4");
    CHECK(call.value("x-user-agent-bin") == "tests");
    CHECK("Authorization: " + call.value("authorization") + "\r\n" == token);
    CHECK(call.value("traceparent").size() == 55);
}

TEST_CASE("client-supplied identity headers never reach a service") {
    RunningGateway gateway;
    answer_bikes(gateway);
    gateway.request("GET", bike_path,
                    bearer() +
                        "X-User-Id: boss\r\nX-Client-Ip: 1.2.3.4\r\nX-Roles: admin\r\nx-user-agent: forged\r\n"
                        "Idempotency-Fingerprint: aa\r\nField-Issues-Bin: AAAA\r\nGrpc-Timeout: 1H\r\n");
    for (const auto& [key, value] : gateway.service.last().metadata) {
        CAPTURE(key);
        CHECK(key != "x-user-id");
        CHECK(key != "x-roles");
        CHECK(key != "field-issues-bin");
        CHECK(key != "idempotency-fingerprint");
        CHECK(value != "forged");
        CHECK(value != "1.2.3.4");
    }
}

TEST_CASE("D-214 conditional reads: 304 for rows and lists, HEAD like GET") {
    RunningGateway gateway;
    answer_bikes(gateway);
    const Reply row = gateway.request("GET", bike_path, bearer() + "If-None-Match: \"7\"\r\n");
    CHECK(row.status == 304);
    CHECK(row.body.empty());
    CHECK(row.field("ETag") == "\"7\"");
    CHECK(gateway.request("GET", bike_path, bearer() + "If-None-Match: \"6\"\r\n").status == 200);

    const Reply list = gateway.request("GET", "/v1/bikes?limit=5", bearer());
    CHECK(list.field("ETag").starts_with("W/\""));
    CHECK(gateway.request("GET", "/v1/bikes?limit=5", bearer() + "If-None-Match: " + list.field("ETag") + "\r\n")
              .status == 304);

    const Reply head = gateway.request("HEAD", bike_path, bearer());
    CHECK(head.status == 200);
    CHECK(head.field("ETag") == "\"7\"");
    CHECK(head.field("Content-Length") == gateway.request("GET", bike_path, bearer()).field("Content-Length"));
}

TEST_CASE("D-215 a command: key, fingerprint and precondition travel; status, Location and replay come back") {
    RunningGateway gateway;
    gateway.service.answer_with([](const SeenCall&) {
        FakeAnswer answer = one_bike(1);
        answer.metadata = {{"idempotency-replayed", "true"}};
        return answer;
    });
    const Reply created = gateway.request("POST", "/v1/bikes/procure", bearer() + key_line, R"({"brand":"Honda"})");
    CHECK(created.status == 201);
    CHECK(created.field("Location") == bike_path);
    CHECK(created.field("ETag") == "\"1\"");
    CHECK(created.field("Idempotency-Replayed") == "true");
    const SeenCall call = gateway.service.last();
    CHECK(call.value("idempotency-key") == "key-12345678");
    CHECK(call.value("idempotency-fingerprint").size() == 64);
    fleet::ProcureBikeRequest request;
    REQUIRE(request.ParseFromString(call.request));
    CHECK(request.brand() == "Honda");

    gateway.request("PATCH", bike_path, bearer() + "If-Match: \"4\"\r\n", R"({"color":"red"})");
    CHECK(gateway.service.last().value("if-match") == "4");
}

TEST_CASE("D-212 each check answers before the next") {
    RunningGateway gateway({.user_rate = {1, 1}});
    answer_bikes(gateway);
    const std::string procure = "/v1/bikes/procure";
    const std::string large(2 * 1024 * 1024, ' ');
    const auto ask = [&](const std::string& method, const std::string& target, const std::string& fields = {},
                         const std::string& body = {}) {
        gateway.rate_clock.advance(std::chrono::seconds(10));
        const Reply reply = gateway.request(method, target, fields, body);
        return std::to_string(reply.status) + " " + (reply.status < 400 ? "" : reply.code());
    };
    // Everything is wrong at once; mending the first fault brings out the next.
    CHECK(ask("POST", "/v1/nothing", {}, large) == "404 NOT_FOUND");
    CHECK(ask("PUT", procure, {}, large) == "405 METHOD_NOT_ALLOWED");
    CHECK(ask("POST", procure, {}, large) == "413 TOO_LARGE");
    CHECK(ask("POST", procure, "Content-Type: text/plain\r\nIf-Match: *\r\n", "{") == "401 UNAUTHENTICATED");
    const std::string viewer = bearer({"viewer"});
    CHECK(ask("POST", procure, viewer + "Content-Type: text/plain\r\n", "{") == "415 UNSUPPORTED_MEDIA_TYPE");
    CHECK(gateway.request("POST", procure, viewer + "Content-Type: text/plain\r\n", "{").code() == "RATE_LIMITED");
    CHECK(ask("POST", procure, viewer + key_line, "{") == "400 MALFORMED_JSON");
    CHECK(ask("POST", procure, viewer + key_line, R"({"brand":"a","brand":"b"})") == "400 MALFORMED_JSON");
    CHECK(ask("POST", procure, viewer + key_line, R"({"colour":"red"})") == "400 UNKNOWN_FIELD");
    CHECK(ask("POST", procure, viewer + key_line + "If-Match: *\r\n", "{}") == "400 BAD_IF_MATCH");
    CHECK(ask("POST", procure, viewer, "{}") == "400 IDEMPOTENCY_KEY_REQUIRED");
    CHECK(ask("POST", procure, viewer + "Idempotency-Key: short\r\n", "{}") == "400 BAD_IDEMPOTENCY_KEY");
    CHECK(ask("POST", procure, viewer + key_line, "{}") == "403 FORBIDDEN");
    CHECK(ask("PATCH", bike_path, viewer, "{}") == "403 FORBIDDEN");
    CHECK(ask("PATCH", bike_path, bearer(), "{}") == "428 PRECONDITION_REQUIRED");
    CHECK(ask("GET", "/v1/bikes?nonsense=1", bearer()) == "400 UNKNOWN_FIELD");
    CHECK(gateway.service.seen().empty());
    CHECK(ask("POST", procure, bearer() + key_line, "{}") == "201 ");
}

TEST_CASE("D-211 error shape: 405 names the methods, the request id is in body and header") {
    RunningGateway gateway;
    const Reply reply = gateway.request("DELETE", "/v1/bikes", "X-Request-ID: aaaa-bbbb\r\n");
    CHECK(reply.status == 405);
    CHECK(reply.field("Allow").find("GET") != std::string::npos);
    CHECK(reply.field("X-Request-ID") == "aaaa-bbbb");
    const auto body = reply.json().as_object();
    CHECK(body.at("code") == "METHOD_NOT_ALLOWED");
    CHECK(body.at("request_id") == "aaaa-bbbb");
    CHECK(!body.at("message").as_string().empty());
    CHECK(body.at("details").as_array().empty());
    // Malformed HTTP has the same shape.
    const Reply malformed = gateway.client().exchange("GET / HTTP/1.1\r\n\r\n");
    CHECK(malformed.status == 400);
    CHECK(malformed.code() == "BAD_REQUEST");
    CHECK(malformed.json().at("request_id").as_string() == malformed.field("X-Request-ID"));
    const Reply long_line =
        gateway.client().exchange("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(long_line.status == 414);
    const Reply long_head =
        gateway.client().exchange("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(40'000, 'a') + "\r\n\r\n");
    CHECK(long_head.status == 431);
    CHECK(gateway.client().exchange("GET / HTTP/2.0\r\nHost: x\r\n\r\n").status == 505);
}

TEST_CASE("forged tokens are refused with a challenge") {
    RunningGateway gateway;
    answer_bikes(gateway);
    const auto refused = [&](const std::string& line, const std::string& code = "UNAUTHENTICATED") {
        CAPTURE(line);
        const Reply reply = gateway.request("GET", bike_path, line);
        CHECK(reply.status == 401);
        CHECK(reply.code() == code);
        CHECK(reply.field("WWW-Authenticate").starts_with("Bearer realm="));
        return reply.field("WWW-Authenticate");
    };
    const std::string good = bearer();
    CHECK(gateway.request("GET", bike_path, good).status == 200);
    CHECK(refused("") == R"(Bearer realm="loan-manager")");
    CHECK(refused(bearer_line("not.a.token")).find("invalid_token") != std::string::npos);
    refused("Authorization: Basic dXNlcjpwYXNz\r\n");
    refused("Authorization: Bearer\r\n");
    refused(good + good);
    refused(bearer_line(std::string(20'000, 'a')));
    refused(bearer({"admin"}, [](auto& access) { access.expires_at = access.issued_at -= std::chrono::hours(1); }),
            "TOKEN_EXPIRED");
    std::string altered = good;
    altered[altered.size() - 6] = altered[altered.size() - 6] == 'A' ? 'B' : 'A';
    refused(altered);
    const std::string claims = good.substr(good.find('.'), good.rfind('.') - good.find('.'));
    refused(bearer_line(loan_manager::token::base64url_encode(std::string_view(R"({"alg":"none","typ":"at+jwt"})")) +
                        claims + "."));
    CHECK(gateway.service.seen().size() == 1);
}

TEST_CASE("D-217 rate limits: users by token, others by address, /health never") {
    RunningGateway gateway({.user_rate = {100, 3}, .address_rate = {10, 2}});
    answer_bikes(gateway);
    const auto codes = [&](const std::string& target, const std::string& fields, int times) {
        int limited = 0;
        for (int i = 0; i < times; ++i) {
            const Reply reply = gateway.request("GET", target, fields);
            if (reply.status == 429) {
                ++limited;
                CHECK(reply.code() == "RATE_LIMITED");
                CHECK(reply.field("Retry-After") == "1");
                CHECK(reply.json().at("message").as_string().find("per second") != std::string::npos);
            }
        }
        return limited;
    };
    CHECK(codes(bike_path, bearer(), 10) == 7);
    CHECK(codes(bike_path, {}, 10) == 8);
    CHECK(codes(bike_path, "X-Forwarded-For: 198.51.100.1\r\n", 10) == 8);  // another address, its own bucket
    CHECK(codes("/.well-known/jwks.json", {}, 3) == 3);                     // public: the address's bucket, still empty
    CHECK(codes("/health", {}, 50) == 0);
    gateway.rate_clock.advance(std::chrono::seconds(1));
    CHECK(codes(bike_path, bearer(), 3) == 0);
}

TEST_CASE("D-217 nobody asks without limit: no route, no method, too large, no token, no HTTP at all") {
    const std::string unknown_method = "BREW /v1/bikes HTTP/1.1\r\nHost: x\r\n\r\n";
    const std::vector<std::pair<std::string, int>> requests = {
        {"GET /v1/nothing HTTP/1.1\r\nHost: x\r\n\r\n", 404},
        {"GET /favicon.ico HTTP/1.1\r\nHost: x\r\n\r\n", 404},
        {"GET /v1/nothing HTTP/1.1\r\nHost: x\r\n" + bearer_line("not.a.token") + "\r\n", 404},
        {"DELETE /v1/bikes HTTP/1.1\r\nHost: x\r\n\r\n", 405},
        {unknown_method, 405},
        {"POST /health HTTP/1.1\r\nHost: x\r\n\r\n", 405},
        {"POST /docs HTTP/1.1\r\nHost: x\r\n\r\n", 405},
        {"GET /docs HTTP/1.1\r\nHost: x\r\n\r\n", 200},
        {"OPTIONS /v1/bikes HTTP/1.1\r\nHost: x\r\n\r\n", 204},
        {"POST /v1/bikes/procure HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n", 413},
        {"GET /v1/bikes HTTP/1.1\r\nHost: x\r\n\r\n", 401},
        {"GET /v1/bikes HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n", 417},
        {"GET /v1/bikes HTTP/1.1\r\n\r\n", 400},
        {"nonsense\r\n\r\n", 400},
        {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505},
        {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 414},
    };
    for (const auto& [bytes, status] : requests) {
        CAPTURE(bytes.substr(0, 60));
        RunningGateway gateway({.address_rate = {10, 2}});
        CHECK(gateway.client().exchange(bytes).status == status);
        CHECK(gateway.client().exchange(bytes).status == status);
        const Reply limited = gateway.client().exchange(bytes);
        CHECK(limited.status == 429);
        CHECK(limited.code() == "RATE_LIMITED");
        CHECK(limited.field("Retry-After") == "1");
        CHECK(gateway.request("GET", "/health/live").status == 200);
        // A signed-in user has a bucket of his own, also where there is nothing.
        CHECK(gateway.request("GET", "/v1/nothing", bearer()).status == 404);
    }
}

TEST_CASE("D-217 signed-in users are limited where there is nothing, too") {
    RunningGateway gateway({.user_rate = {100, 2}});
    CHECK(gateway.request("GET", "/v1/nothing", bearer()).status == 404);
    CHECK(gateway.request("DELETE", "/v1/bikes", bearer()).status == 405);
    CHECK(gateway.request("GET", "/v1/nothing", bearer()).status == 429);
    CHECK(gateway.request("GET", "/v1/nothing").status == 404);
}

TEST_CASE("one address does not hold all connections; a trusted proxy may") {
    const auto alive = [](Client& client) {
        return client.exchange("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").status == 200;
    };
    RunningGateway gateway({.max_connections_per_address = 2, .trusted_proxies = {"127.0.0.9"}});
    Client first(gateway.port(), "127.0.0.1");
    Client second(gateway.port(), "127.0.0.1");
    CHECK(alive(first));
    CHECK(alive(second));
    Client third(gateway.port(), "127.0.0.1");
    const Reply refused = third.receive();
    CHECK(refused.status == 429);
    CHECK(refused.code() == "RATE_LIMITED");
    CHECK(refused.field("Retry-After") == "1");
    CHECK(third.ended());
    Client neighbour(gateway.port(), "127.0.0.2");
    CHECK(alive(neighbour));
    std::deque<Client> proxied;  // a client does not move
    for (int i = 0; i != 8; ++i) {
        CHECK(alive(proxied.emplace_back(gateway.port(), "127.0.0.9")));
    }
    second.close();
    CHECK(eventually([&] {
        Client again(gateway.port(), "127.0.0.1");
        return alive(again);
    }));
}

TEST_CASE("a newcomer to a full gateway takes the place of a connection that has long been idle") {
    RunningGateway gateway({.max_connections = 1, .idle_before_eviction = std::chrono::milliseconds(0)});
    Client first = gateway.client();
    CHECK(first.exchange("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
    // Connections are dealt to two loops in turn: the next on the loop of the first is the third.
    Client second = gateway.client();
    CHECK(second.receive().status == 503);
    Client third = gateway.client();
    CHECK(third.exchange("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
    CHECK(first.ended());
}

TEST_CASE("upstreams show their state, instances and calls") {
    RunningGateway gateway;
    answer_bikes(gateway);
    CHECK(gateway.request("GET", bike_path, bearer()).status == 200);
    gateway.service.answer_with([](const SeenCall&) {
        return FakeAnswer{coded(grpc::StatusCode::FAILED_PRECONDITION, "BIKE_SOLD", "Sold."), {}, {}, false};
    });
    CHECK(gateway.request("GET", bike_path, bearer()).status == 409);
    const std::string metrics = gateway.metrics().text();
    for (const char* line :
         {R"(rpc_upstream_ready{upstream="fleet"} 1)", R"(rpc_upstream_in_flight{upstream="fleet"} 0)",
          R"(rpc_upstream_instances{upstream="fleet"} 1)",
          R"(rpc_upstream_calls_total{status="OK",upstream="fleet"} 1)",
          R"(rpc_upstream_calls_total{status="FAILED_PRECONDITION",upstream="fleet"} 1)"}) {
        CAPTURE(line);
        CHECK(metrics.find(line) != std::string::npos);
    }
}

TEST_CASE("CORS: preflight and answers for the configured origin only") {
    RunningGateway gateway;
    const std::string ask = "Access-Control-Request-Method: POST\r\n";
    const Reply good = gateway.request("OPTIONS", "/v1/bikes/procure", "Origin: https://app.example.lk\r\n" + ask);
    CHECK(good.status == 204);
    CHECK(good.field("Access-Control-Allow-Origin") == "https://app.example.lk");
    CHECK(good.field("Access-Control-Allow-Methods").find("POST") != std::string::npos);
    CHECK(good.field("Access-Control-Allow-Headers").find("Idempotency-Key") != std::string::npos);
    const Reply evil = gateway.request("OPTIONS", "/v1/bikes/procure", "Origin: https://evil.test\r\n" + ask);
    CHECK(evil.status == 204);
    CHECK(evil.field("Access-Control-Allow-Origin").empty());
    CHECK(evil.field("Access-Control-Allow-Methods").empty());
    // Errors can be read by the page, too.
    const Reply error = gateway.request("GET", "/v1/bikes", "Origin: https://app.example.lk\r\n");
    CHECK(error.status == 401);
    CHECK(error.field("Access-Control-Allow-Origin") == "https://app.example.lk");
}

TEST_CASE("pitfalls: what a service's failures become, with details and without") {
    RunningGateway gateway;
    const auto becomes = [&](const grpc::Status& status) {
        gateway.service.answer_with([&](const SeenCall&) { return FakeAnswer{status, {}, {}, false}; });
        const Reply reply = gateway.request("POST", "/v1/bikes/procure", bearer() + key_line, "{}");
        CHECK(reply.body.find("SELECT") == std::string::npos);
        return std::to_string(reply.status) + " " + reply.code() + " " + reply.field("Retry-After");
    };
    using S = grpc::StatusCode;
    CHECK(becomes(coded(S::FAILED_PRECONDITION, "BIKE_SOLD", "The bike is sold.")) == "409 BIKE_SOLD ");
    CHECK(becomes(coded(S::ABORTED, "IDEMPOTENCY_IN_FLIGHT", "Still running.")) == "409 IDEMPOTENCY_IN_FLIGHT 1");
    CHECK(becomes(coded(S::UNAVAILABLE, "VIEW_NOT_READY", "Soon.")).starts_with("503 VIEW_NOT_READY "));
    CHECK(becomes(coded(S::UNKNOWN, "MADE_UP", "SELECT secret")) == "500 INTERNAL ");
    CHECK(becomes({S::UNAVAILABLE, "SELECT 1"}) == "503 UNAVAILABLE 1");
    CHECK(becomes({S::DEADLINE_EXCEEDED, "SELECT 1"}) == "504 DEADLINE_EXCEEDED ");
    CHECK(becomes({S::UNAUTHENTICATED, "SELECT 1"}) == "401 UNAUTHENTICATED ");
    CHECK(becomes({S::PERMISSION_DENIED, "SELECT 1"}) == "403 FORBIDDEN ");
    CHECK(becomes({S::NOT_FOUND, "SELECT 1"}) == "404 NOT_FOUND ");
    CHECK(becomes({S::INTERNAL, "SELECT 1"}) == "500 INTERNAL ");
    CHECK(becomes({S::UNKNOWN, "SELECT 1"}) == "500 INTERNAL ");
    // An answer that is no message of the route.
    gateway.service.answer_with([](const SeenCall&) { return FakeAnswer{{}, "\xff\xff\xff", {}, false}; });
    CHECK(gateway.request("GET", bike_path, bearer()).code() == "INTERNAL");
}

TEST_CASE("retries: reads when no instance answered, commands never") {
    RunningGateway gateway;
    gateway.service.answer_with([](const SeenCall&) {
        return FakeAnswer{grpc::Status(grpc::StatusCode::UNAVAILABLE, "busy"), {}, {}, false};
    });
    CHECK(gateway.request("POST", "/v1/bikes/procure", bearer() + key_line, "{}").status == 503);
    CHECK(gateway.service.seen().size() == 1);
    CHECK(gateway.request("GET", bike_path, bearer()).status == 503);
    CHECK(gateway.service.seen().size() > 2);
}

TEST_CASE("an unreachable service is a prompt 503 and makes /health unhealthy") {
    RunningGateway gateway({.service_address = "unix:/run/nobody-listens-here"});
    const auto started = std::chrono::steady_clock::now();
    const Reply reply = gateway.request("GET", bike_path, bearer());
    CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds(5));
    CHECK(reply.status == 503);
    CHECK(reply.code() == "UNAVAILABLE");
    CHECK(reply.field("Retry-After") == "1");
    const Reply health = gateway.request("GET", "/health");
    CHECK(health.status == 503);
    CHECK(health.body == R"({"status": "unhealthy"})");
    CHECK(gateway.request("GET", "/health/ready").json().at("failing").as_array().size() == 3);
    CHECK(gateway.request("GET", "/health/live").status == 200);
}

TEST_CASE("/health answers exactly, without token; other methods are 405") {
    RunningGateway gateway;
    CHECK(eventually([&] { return gateway.request("GET", "/health").status == 200; }));
    CHECK(gateway.request("GET", "/health").body == R"({"status": "healthy"})");
    CHECK(gateway.request("HEAD", "/health").status == 200);
    CHECK(gateway.request("POST", "/health").status == 405);
    CHECK(gateway.request("GET", "/health/ready").body == R"({"status": "ready"})");
    CHECK(gateway.request("GET", "/healthy").status == 404);
    // ab speaks HTTP/1.0.
    Client ab = gateway.client();
    const Reply old = ab.exchange("GET /health HTTP/1.0\r\nConnection: Keep-Alive\r\nAccept: */*\r\n\r\n");
    CHECK(old.status == 200);
    CHECK(old.field("Connection") == "keep-alive");
}

TEST_CASE("documents: OpenAPI 3.1 and pages that load nothing from elsewhere") {
    RunningGateway gateway;
    const Reply openapi = gateway.request("GET", "/v1/openapi.json");
    CHECK(openapi.status == 200);
    CHECK(openapi.json().at("openapi").as_string().starts_with("3.1"));
    CHECK(openapi.json().at("paths").as_object().contains("/v1/bikes/{id}"));
    CHECK(gateway.request("GET", "/v1/openapi.json", "If-None-Match: " + openapi.field("ETag") + "\r\n").status == 304);
    const Reply docs = gateway.request("GET", "/docs");
    CHECK(docs.status == 200);
    CHECK(docs.field("Content-Type").starts_with("text/html"));
    CHECK(docs.field("Content-Security-Policy").starts_with("default-src 'self'"));
    CHECK(gateway.request("POST", "/docs").status == 405);
}

TEST_CASE("a client that leaves cancels the call to the service") {
    RunningGateway gateway;
    gateway.service.answer_with([](const SeenCall&) { return FakeAnswer{{}, {}, {}, true}; });
    Client client = gateway.client();
    client.send("GET " + bike_path + " HTTP/1.1\r\nHost: x\r\n" + bearer() + "\r\n");
    REQUIRE(eventually([&] { return gateway.service.hanging() == 1; }));
    client.close();
    CHECK(eventually([&] { return gateway.service.cancelled() == 1; }));
    CHECK(eventually([&] { return gateway.listener().connections() == 0; }));
    CHECK(gateway.metrics().text().find(R"(status="499"} 1)") != std::string::npos);
}

TEST_CASE("bounded concurrency: one call too many is a 503 at once") {
    RunningGateway gateway({.max_in_flight = 1});
    gateway.service.answer_with([](const SeenCall&) {
        FakeAnswer answer = one_bike();
        answer.hang = true;
        return answer;
    });
    Client first = gateway.client();
    first.send("GET " + bike_path + " HTTP/1.1\r\nHost: x\r\n" + bearer() + "\r\n");
    REQUIRE(eventually([&] { return gateway.service.hanging() == 1; }));
    const Reply second = gateway.request("GET", bike_path, bearer());
    CHECK(second.status == 503);
    CHECK(second.field("Retry-After") == "1");
    gateway.service.release();
    CHECK(first.receive().status == 200);
}

TEST_CASE("stopping: no new connections, the answer under way arrives, idle connections end") {
    RunningGateway gateway;
    gateway.service.answer_with([](const SeenCall&) {
        FakeAnswer answer = one_bike();
        answer.hang = true;
        return answer;
    });
    Client idle = gateway.client();
    CHECK(idle.exchange("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
    Client busy = gateway.client();
    busy.send("GET " + bike_path + " HTTP/1.1\r\nHost: x\r\n" + bearer() + "\r\n");
    REQUIRE(eventually([&] { return gateway.service.hanging() == 1; }));
    gateway.listener().stop();
    gateway.listener().drain();
    CHECK(idle.ended());
    CHECK_THROWS(gateway.client());
    gateway.service.release();
    const Reply reply = busy.receive();
    CHECK(reply.status == 200);
    CHECK(reply.field("Connection") == "close");
    CHECK(busy.ended());
    gateway.listener().wait_empty(std::chrono::steady_clock::now() + std::chrono::seconds(10));
    CHECK(gateway.listener().connections() == 0);
}

TEST_CASE("one connection too many is told so") {
    RunningGateway gateway({.max_connections = 1});
    Client first = gateway.client();
    CHECK(first.exchange("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
    Client second = gateway.client();
    const Reply reply = second.receive();
    CHECK(reply.status == 503);
    CHECK(reply.code() == "UNAVAILABLE");
    CHECK(second.ended());
    CHECK(first.exchange("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
}

TEST_CASE("an oversized body announced over a socket is refused readably") {
    RunningGateway gateway;
    const Reply reply = gateway.request("POST", "/v1/auth/login", {}, std::string(3 * 1024 * 1024, ' '));
    CHECK(reply.status == 413);
    CHECK(reply.code() == "TOO_LARGE");
    Client waiting = gateway.client();
    const Reply expecting = waiting.exchange(
        "POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 9999999\r\nExpect: 100-continue\r\n\r\n");
    CHECK(expecting.status == 413);
}

TEST_CASE("D-217 what everybody may call takes small bodies only, announced or not, and says so before they come") {
    RunningGateway gateway;
    gateway.service.answer_with([](const SeenCall&) { return answer_of(loanmanager::auth::v1::TokenResponse()); });
    for (const std::string path : {"/v1/auth/login", "/v1/auth/refresh", "/v1/auth/logout"}) {
        CAPTURE(path);
        const std::string head = "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
        const auto code = [&](const std::string& rest) {
            const Reply reply = gateway.client().exchange(head + rest);
            return std::to_string(reply.status) + " " + (reply.status < 400 ? "" : reply.code());
        };
        // Nothing of these bodies is ever sent.
        CHECK(code("Content-Length: 4097\r\n\r\n") == "413 TOO_LARGE");
        CHECK(code("Content-Length: 4097\r\nExpect: 100-continue\r\n\r\n") == "413 TOO_LARGE");
        CHECK(code("Transfer-Encoding: chunked\r\n\r\n1001\r\n") == "413 TOO_LARGE");
        std::string chunks;
        for (int i = 0; i != 5; ++i) {
            chunks += "400\r\n" + std::string(1024, ' ') + "\r\n";
        }
        CHECK(code("Transfer-Encoding: chunked\r\n\r\n" + chunks) == "413 TOO_LARGE");
        CHECK(gateway.service.seen().empty());
    }
    const std::string body = R"({"username":"a","password":"b"})";
    CHECK(gateway.request("POST", "/v1/auth/login", {}, body + std::string(4096 - body.size(), ' ')).status == 200);
    CHECK(gateway.request("POST", "/v1/auth/login", {}, body + std::string(4097 - body.size(), ' ')).status == 413);
}

TEST_CASE("a user agent reaches the service in its own letters, bounded, as UTF-8 whatever was sent") {
    RunningGateway gateway;
    answer_bikes(gateway);
    const auto told = [&](const std::string& sent) {
        CHECK(gateway.request("GET", bike_path, bearer() + "User-Agent: " + sent + "\r\n").status == 200);
        return gateway.service.last().value("x-user-agent-bin");
    };
    CHECK(told("Küchenradio/2 (බයිසිකල්)") == "Küchenradio/2 (බයිසිකල්)");
    CHECK(told("caf\xe9") == "caf\xef\xbf\xbd");
    CHECK(told(std::string(511, 'a') + "é") == std::string(511, 'a'));
    CHECK(told(std::string(20'000, '\xff')).size() <= 512);
}

TEST_CASE("who the client is, through the whole gateway: two lines from a trusted proxy, the forged one first") {
    RunningGateway gateway({.address_rate = {10, 2}});
    answer_bikes(gateway);
    gateway.request("GET", bike_path, bearer() + "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 198.51.100.7:51234\r\n");
    CHECK(gateway.service.last().value("x-client-ip") == "198.51.100.7");
    gateway.request("GET", bike_path, bearer() + "X-Forwarded-For: 6.6.6.6, [2001:db8::7]:443\r\n");
    CHECK(gateway.service.last().value("x-client-ip") == "2001:db8::7");
    gateway.request("GET", bike_path, bearer() + "X-Real-IP: 6.6.6.6\r\n");
    CHECK(gateway.service.last().value("x-client-ip") == "127.0.0.1");
    // Inventing another first line with each request evades no limit.
    int passed = 0;
    for (int i = 0; i != 60; ++i) {
        const std::string forged = "X-Forwarded-For: 6.6.6." + std::to_string(i) + "\r\n";
        passed += gateway.request("GET", bike_path,
                                  forged + "X-Forwarded-For: 198.51.100.9:" + std::to_string(1000 + i) + "\r\n")
                              .status == 401
                      ? 1
                      : 0;
    }
    CHECK(passed == 2);
}

TEST_CASE("a space in the target is malformed, not another version") {
    RunningGateway gateway;
    const Reply reply = gateway.client().exchange("GET /v1/bikes?q=a b HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(reply.status == 400);
    CHECK(reply.code() == "BAD_REQUEST");
}

TEST_CASE("parameters of the media type are accepted, a foreign charset is not") {
    RunningGateway gateway;
    answer_bikes(gateway);
    const auto status = [&](const std::string& type) {
        return gateway
            .request("POST", "/v1/bikes/procure", bearer() + key_line + "Content-Type: " + type + "\r\n", "{}")
            .status;
    };
    CHECK(status("application/json; profile=x") == 201);
    CHECK(status("application/json; charset=UTF-8; version=1") == 201);
    CHECK(status("application/json; charset=latin1") == 415);
}
