// A TCP socket as the stream of a connection.
#pragma once

#include "gateway/http/transport.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>

namespace loan_manager::gateway::http {

class TcpTransport final : public Transport {
public:
    /// Takes a connected socket whose executor is the connection's loop.
    TcpTransport(boost::asio::ip::tcp::socket socket, const boost::asio::ip::address& peer);
    ~TcpTransport() override;

    boost::asio::awaitable<IoResult> read_some(boost::asio::mutable_buffer into) override;
    boost::asio::awaitable<IoResult> write_some(WriteBuffers from) override;
    void cancel() override;
    void watch(std::function<void()> peer_closed) override;
    void unwatch() override;
    void shutdown_send() override;
    void close() override;
    [[nodiscard]] boost::asio::ip::address peer() const override { return peer_; }

private:
    // Outlives the transport in handlers that are already queued: they compare the turn before touching anything.
    struct Watch {
        unsigned turn = 0;
        std::function<void()> peer_closed;
    };

    boost::asio::ip::tcp::socket socket_;
    boost::asio::ip::address peer_;
    std::shared_ptr<Watch> watch_;
    bool watching_ = false;
};

}  // namespace loan_manager::gateway::http
