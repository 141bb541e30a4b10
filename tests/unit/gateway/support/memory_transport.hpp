// A byte stream in memory: the test writes what the client sends and reads what the gateway answers.
#pragma once

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "gateway/http/transport.hpp"

namespace loan_manager::gateway::testing {

namespace asio = boost::asio;

/// The client's end; outlives the transport.
struct MemoryPeer {
    explicit MemoryPeer(asio::io_context& loop) : wake(loop, asio::steady_timer::time_point::max()) {}

    void send(std::string_view bytes) {
        to_gateway.append(bytes);
        wake.cancel();
    }
    void close() {
        ended = true;
        wake.cancel();
        if (peer_closed) {
            std::exchange(peer_closed, nullptr)();
        }
    }
    /// Lets the gateway write at most that much from now on.
    void accept_only(std::size_t bytes) { writable = bytes; }
    void accept_more(std::size_t bytes) {
        writable += bytes;
        wake.cancel();
    }

    std::string to_gateway;
    std::string from_gateway;
    std::size_t writable = std::string::npos;
    std::size_t largest_read = 0;  ///< the largest buffer the gateway offered to read into
    bool ended = false;
    bool cancelled = false;
    bool send_shut_down = false;
    bool closed = false;
    std::function<void()> peer_closed;
    asio::steady_timer wake;
};

class MemoryTransport final : public http::Transport {
public:
    explicit MemoryTransport(MemoryPeer& peer) : peer_(peer) {}

    asio::awaitable<http::IoResult> read_some(asio::mutable_buffer into) override {
        peer_.cancelled = false;
        peer_.largest_read = std::max(peer_.largest_read, into.size());
        for (;;) {
            if (peer_.cancelled || peer_.closed) {
                co_return http::IoResult{asio::error::operation_aborted, 0};
            }
            if (!peer_.to_gateway.empty()) {
                const std::size_t n = asio::buffer_copy(into, asio::buffer(peer_.to_gateway));
                peer_.to_gateway.erase(0, n);
                co_return http::IoResult{{}, n};
            }
            if (peer_.ended) {
                co_return http::IoResult{asio::error::eof, 0};
            }
            co_await peer_.wake.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }

    asio::awaitable<http::IoResult> write_some(http::WriteBuffers from) override {
        peer_.cancelled = false;
        while (peer_.writable == 0) {
            if (peer_.cancelled || peer_.closed) {
                co_return http::IoResult{asio::error::operation_aborted, 0};
            }
            co_await peer_.wake.async_wait(asio::as_tuple(asio::use_awaitable));
        }
        std::string bytes(std::min(asio::buffer_size(from), peer_.writable), '\0');
        asio::buffer_copy(asio::buffer(bytes), from);
        peer_.from_gateway += bytes;
        if (peer_.writable != std::string::npos) {
            peer_.writable -= bytes.size();
        }
        co_return http::IoResult{{}, bytes.size()};
    }

    void cancel() override {
        peer_.cancelled = true;
        peer_.wake.cancel();
    }
    void watch(std::function<void()> peer_closed) override {
        if (peer_.ended) {
            peer_closed();
        } else {
            peer_.peer_closed = std::move(peer_closed);
        }
    }
    void unwatch() override { peer_.peer_closed = nullptr; }
    void shutdown_send() override { peer_.send_shut_down = true; }
    void close() override {
        peer_.closed = true;
        peer_.wake.cancel();
    }
    asio::ip::address peer() const override { return asio::ip::make_address("192.0.2.7"); }

private:
    MemoryPeer& peer_;
};

}  // namespace loan_manager::gateway::testing
