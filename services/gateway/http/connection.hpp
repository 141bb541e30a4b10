// One client connection: requests in order, one response each.
#pragma once

#include "gateway/http/body_reader.hpp"
#include "gateway/http/exchange.hpp"
#include "gateway/http/head_scan.hpp"
#include "gateway/http/limits.hpp"
#include "gateway/http/message.hpp"
#include "gateway/http/response_writer.hpp"
#include "gateway/http/seats.hpp"
#include "gateway/http/transport.hpp"
#include "runtime/in_flight.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace loan_manager::gateway::http {

class ConnectionTable;

/// Lives on one loop. Reads a request, lets the application answer it, writes the answer, and goes on until the client
/// or a limit ends the connection. Pipelined requests wait in the buffer: answers come in order.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    using SteadyTime = std::chrono::steady_clock::time_point;

    Connection(std::unique_ptr<Transport> transport, Application& application, const Limits& limits,
               std::shared_ptr<ConnectionTable> table, Seats::Seat seat = {});
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Starts serving on the table's loop; the connection keeps itself alive until it ends.
    void start();

    // For the table. On the loop itself: Asio hands a cancellation over to the loop otherwise, where the connection it
    // is meant for may have ended.

    /// Ends what has taken too long.
    void check_deadline(SteadyTime now);
    /// Ends the connection after the response under way, or now if there is none.
    void drain();
    /// Ends the connection now; a call in progress is cancelled.
    void abort();
    /// Whether it has been waiting for the first byte of a request since `time` or longer.
    [[nodiscard]] bool idle_since(SteadyTime time) const;

private:
    friend class ConnectionTable;

    enum class Phase { idle, head, body, answering, writing, lingering };
    enum class HeadResult { complete, refused, closed };
    // What of the request's body is still to come when the answer is sent.
    enum class BodyLeft { none, discard, unreadable };

    static boost::asio::awaitable<void> serve_all(std::shared_ptr<Connection> self);
    boost::asio::awaitable<bool> serve_request();
    boost::asio::awaitable<HeadResult> read_head(Refusal& refusal);
    boost::asio::awaitable<bool> read_body(std::uint64_t limit, BodyReader::Use use, std::optional<Refusal>& refusal);
    boost::asio::awaitable<Response> respond(Exchange& exchange);
    boost::asio::awaitable<Response> answer(Exchange& exchange);
    boost::asio::awaitable<bool> send(const Response& response, bool close);
    boost::asio::awaitable<bool> write(WriteBuffers buffers);
    boost::asio::awaitable<void> linger();
    boost::asio::awaitable<bool> fill(std::size_t bytes);

    bool can_discard_body() const;

    void enter(Phase phase, std::chrono::milliseconds allowed);
    [[nodiscard]] std::string_view received() const;

    std::unique_ptr<Transport> transport_;
    Application& application_;
    const Limits& limits_;
    std::shared_ptr<ConnectionTable> table_;
    runtime::InFlight::Guard counted_;
    Seats::Seat seat_;

    boost::beast::flat_buffer buffer_;
    Request request_;
    std::string head_out_;
    boost::asio::cancellation_signal cancel_;

    Phase phase_ = Phase::idle;
    SteadyTime deadline_ = SteadyTime::max();
    SteadyTime entered_{};
    // How much longer the client may let answers wait; every byte it takes adds to it.
    std::chrono::nanoseconds patience_;
    bool timed_out_ = false;
    bool peer_gone_ = false;
    bool first_ = true;
    BodyLeft body_left_ = BodyLeft::none;
    std::uint64_t sent_ = 0;

    // Links of the table's list.
    Connection* previous_ = nullptr;
    Connection* next_ = nullptr;
};

}  // namespace loan_manager::gateway::http
