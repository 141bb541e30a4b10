// The byte stream under a connection, so that connections can be tested over memory.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <cstddef>
#include <functional>

namespace loan_manager::gateway::http {

struct IoResult {
    boost::system::error_code error;
    std::size_t bytes = 0;
};

using WriteBuffers = std::array<boost::asio::const_buffer, 2>;

/// Used by one connection on its loop only; one operation at a time.
class Transport {
public:
    virtual ~Transport() = default;

    /// Reads at least one byte; an orderly end of the stream is `boost::asio::error::eof`.
    virtual boost::asio::awaitable<IoResult> read_some(boost::asio::mutable_buffer into) = 0;
    /// Writes at least one byte of the buffers, in their order.
    virtual boost::asio::awaitable<IoResult> write_some(WriteBuffers from) = 0;
    /// Ends the pending operation with `operation_aborted`.
    virtual void cancel() = 0;

    /// Calls back once, from the loop, if the peer closes the stream. Ends with `unwatch` or the transport. Bytes that
    /// arrive meanwhile stay unread and end the watch, since the end of the stream lies behind them.
    virtual void watch(std::function<void()> peer_closed) = 0;
    virtual void unwatch() = 0;

    /// Tells the peer that nothing more will come; reading goes on.
    virtual void shutdown_send() = 0;
    virtual void close() = 0;

    [[nodiscard]] virtual boost::asio::ip::address peer() const = 0;
};

}  // namespace loan_manager::gateway::http
