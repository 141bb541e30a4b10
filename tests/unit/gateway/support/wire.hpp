// One connection over memory with an application of the test's own, on a clock that stands still.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "gateway/http/connection.hpp"
#include "gateway/http/connection_table.hpp"
#include "runtime/clock.hpp"
#include "support/memory_transport.hpp"

namespace loan_manager::gateway::testing {

/// Answers `/echo` with the body, `/early` before the body is read, `/wait` when it is told to or cancelled,
/// `/throw` not at all, anything else with its path.
class EchoApplication final : public http::Application {
public:
    std::unique_ptr<http::Exchange> open(const http::Request& request, const asio::ip::address&) override {
        return std::make_unique<EchoExchange>(*this, request);
    }

    std::uint64_t body_limit = 100;
    std::vector<unsigned> finished;
    std::vector<http::Refusal> refused;
    int cancelled = 0;
    asio::steady_timer* gate = nullptr;

private:
    class EchoExchange final : public http::Exchange {
    public:
        EchoExchange(EchoApplication& app, const http::Request& request) : app_(app), request_(request) {}

        asio::awaitable<std::optional<http::Response>> admit() override {
            if (request_.path != "/early") {
                co_return std::nullopt;
            }
            http::Response response(401);
            response.set_body("text/plain", std::string("early"));
            co_return response;
        }
        std::uint64_t body_limit() const override { return app_.body_limit; }
        asio::awaitable<http::Response> answer() override {
            if (request_.path == "/throw") {
                throw std::runtime_error("no");
            }
            if (request_.path == "/wait") {
                const auto [error] = co_await app_.gate->async_wait(asio::as_tuple(asio::use_awaitable));
                const auto state = co_await asio::this_coro::cancellation_state;
                app_.cancelled += error && state.cancelled() != asio::cancellation_type::none ? 1 : 0;
            }
            http::Response response;
            response.set_body("text/plain", request_.path == "/echo" ? request_.body : std::string(request_.path));
            co_return response;
        }
        http::Response refuse(http::Refusal reason) override {
            app_.refused.push_back(reason);
            http::Response response(400);
            response.set_body("text/plain", std::string("refused"));
            return response;
        }
        http::Response failed(const std::exception_ptr&) override { return http::Response(500); }
        void finished(unsigned status, std::uint64_t) noexcept override { app_.finished.push_back(status); }

    private:
        EchoApplication& app_;
        const http::Request& request_;
    };
};

class Wire {
public:
    explicit Wire(http::Limits chosen = {}) : limits(chosen), gate(loop, asio::steady_timer::time_point::max()) {
        app.gate = &gate;
        table = std::make_shared<http::ConnectionTable>(loop, clock);
        auto connection =
            std::make_shared<http::Connection>(std::make_unique<MemoryTransport>(peer), app, limits, table);
        connection->start();
        run();
    }
    ~Wire() {
        asio::post(loop, [this] { table->abort_all(); });
        run();
    }

    void run() {
        loop.restart();
        loop.poll();
    }
    /// Sends and returns everything the gateway has answered since the last call.
    std::string exchange(std::string_view bytes) {
        peer.send(bytes);
        run();
        return take();
    }
    std::string take() { return std::exchange(peer.from_gateway, {}); }
    void close() {
        asio::post(loop, [this] { peer.close(); });
        run();
    }
    std::string wait(std::chrono::milliseconds time) {
        clock.advance(time);
        table->tick();
        run();
        return take();
    }

    asio::io_context loop;
    // Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110.
    runtime::ManualClock clock{std::chrono::system_clock::from_time_t(784111777)};
    http::Limits limits;
    asio::steady_timer gate;
    EchoApplication app;
    MemoryPeer peer{loop};
    std::shared_ptr<http::ConnectionTable> table;
};

inline std::string ok(std::string_view body, std::string_view extra = {}) {
    return "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/plain\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n" + std::string(extra) + "\r\n" + std::string(body);
}

}  // namespace loan_manager::gateway::testing
