// Bytes in and out of a connection.
#include <algorithm>

#include "gateway/http/connection.hpp"
#include "gateway/http/connection_table.hpp"

namespace loan_manager::gateway::http {

namespace asio = boost::asio;

namespace {
constexpr std::size_t linger_read = 32 * 1024;
}

asio::awaitable<bool> Connection::send(const Response& response, bool close) {
    const Framing framing{
        .head_only = request_.method == verb::head, .http_1_0 = request_.version == 10, .close = close};
    head_out_.clear();
    write_head(head_out_, response, framing, table_->date());
    WriteBuffers buffers{asio::buffer(head_out_), asio::const_buffer()};
    if (sends_body(response, framing)) {
        buffers[1] = asio::buffer(response.body());
    }
    co_return co_await write(buffers);
}

asio::awaitable<bool> Connection::write(WriteBuffers buffers) {
    while (asio::buffer_size(buffers) > 0) {
        enter(Phase::writing, limits_.write_timeout);
        deadline_ = std::min(deadline_, entered_ + std::chrono::duration_cast<SteadyTime::duration>(patience_));
        const IoResult result = co_await transport_->write_some(buffers);
        if (result.error || timed_out_) {
            co_return false;
        }
        // A byte now and then is progress, but not for ever: over all answers of the connection the client has to keep
        // up with the slowest rate, or it uses up its patience.
        const auto earned = std::chrono::nanoseconds(std::chrono::seconds(1)) * result.bytes / limits_.write_rate;
        patience_ =
            std::min<std::chrono::nanoseconds>(limits_.write_patience, patience_ - (table_->now() - entered_) + earned);
        if (patience_ <= std::chrono::nanoseconds::zero()) {
            co_return false;
        }
        sent_ += result.bytes;
        const std::size_t first = std::min(result.bytes, buffers[0].size());
        buffers[0] += first;
        buffers[1] += result.bytes - first;
    }
    co_return true;
}

// Closing a socket with unread input makes the kernel send a reset, which can destroy the answer on its way.
asio::awaitable<void> Connection::linger() {
    transport_->shutdown_send();
    enter(Phase::lingering, limits_.linger_timeout);
    for (bool more = true; more;) {
        buffer_.consume(buffer_.size());
        more = co_await fill(linger_read);
    }
}

asio::awaitable<bool> Connection::fill(std::size_t bytes) {
    const auto space = buffer_.prepare(bytes);
    const IoResult result = co_await transport_->read_some(space);
    if (result.error || timed_out_) {
        co_return false;
    }
    buffer_.commit(result.bytes);
    co_return true;
}

}  // namespace loan_manager::gateway::http
