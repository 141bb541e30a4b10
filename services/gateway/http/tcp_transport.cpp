#include "gateway/http/tcp_transport.hpp"

#include "gateway/http/peer_address.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace loan_manager::gateway::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

using NotSentLowWater = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
constexpr int not_sent_bytes = 64 * 1024;

}  // namespace

TcpTransport::TcpTransport(tcp::socket socket, const asio::ip::address& peer)
    : socket_(std::move(socket)), peer_(plain_address(peer)), watch_(std::make_shared<Watch>()) {
    error_code ignored;
    // Responses are written whole: waiting to fill a segment would only delay them.
    socket_.set_option(tcp::no_delay(true), ignored);
    // A peer whose machine vanished is noticed even while it waits for us.
    socket_.set_option(asio::socket_base::keep_alive(true), ignored);
    socket_.non_blocking(true, ignored);
    // What a slow reader leaves in the kernel is bounded too, and it tells of progress in small steps.
    socket_.set_option(NotSentLowWater(not_sent_bytes), ignored);
}

TcpTransport::~TcpTransport() { ++watch_->turn; }

asio::awaitable<IoResult> TcpTransport::read_some(asio::mutable_buffer into) {
    const auto [error, bytes] = co_await socket_.async_read_some(into, asio::as_tuple(asio::use_awaitable));
    co_return IoResult{error, bytes};
}

asio::awaitable<IoResult> TcpTransport::write_some(WriteBuffers from) {
    // A response nearly always fits the socket's buffer: no round through the loop then.
    IoResult result;
    result.bytes = socket_.write_some(from, result.error);
    if (result.error == asio::error::would_block || result.error == asio::error::try_again) {
        const auto [error, bytes] = co_await socket_.async_write_some(from, asio::as_tuple(asio::use_awaitable));
        result = IoResult{error, bytes};
    }
    co_return result;
}

void TcpTransport::cancel() {
    error_code ignored;
    socket_.cancel(ignored);
}

void TcpTransport::watch(std::function<void()> peer_closed) {
    watch_->peer_closed = std::move(peer_closed);
    watching_ = true;
    socket_.async_wait(tcp::socket::wait_read, [this, state = watch_, turn = ++watch_->turn](const error_code& error) {
        if (state->turn != turn) {
            return;  // the transport may be gone
        }
        watching_ = false;
        if (error) {
            return;
        }
        char byte = 0;
        error_code peek_error;
        const std::size_t bytes = socket_.receive(asio::buffer(&byte, 1), asio::socket_base::message_peek, peek_error);
        const bool nothing_yet = peek_error == asio::error::would_block || peek_error == asio::error::try_again;
        if (bytes == 0 && !nothing_yet) {
            state->peer_closed();
        }
    });
}

void TcpTransport::unwatch() {
    ++watch_->turn;
    if (std::exchange(watching_, false)) {
        cancel();
    }
}

void TcpTransport::shutdown_send() {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void TcpTransport::close() {
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace loan_manager::gateway::http
