#include "gateway/http/connection.hpp"

#include "gateway/http/body_reader.hpp"
#include "gateway/http/connection_table.hpp"
#include "gateway/http/request_head.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/string.hpp>

#include "runtime/background.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace loan_manager::gateway::http {

namespace asio = boost::asio;

namespace {

constexpr std::size_t head_read = 4 * 1024;
constexpr std::uint64_t first_body_read = 2 * 1024;
constexpr std::uint64_t body_read = 32 * 1024;
constexpr std::string_view continue_response = "HTTP/1.1 100 Continue\r\n\r\n";

Refusal refusal_of(ParseError error) {
    switch (error) {
        case ParseError::bad_version:
            return Refusal::version_unsupported;
        case ParseError::body_too_large:
            return Refusal::body_too_large;
        default:
            return Refusal::malformed;
    }
}

}  // namespace

Connection::Connection(std::unique_ptr<Transport> transport, Application& application, const Limits& limits,
                       std::shared_ptr<ConnectionTable> table, Seats::Seat seat)
    : transport_(std::move(transport)),
      application_(application),
      limits_(limits),
      table_(std::move(table)),
      counted_(table_->in_flight_.enter()),
      seat_(std::move(seat)),
      patience_(limits.write_patience) {
    table_->add(*this);
}

Connection::~Connection() { table_->remove(*this); }

void Connection::start() {
    runtime::background(table_->loop().get_executor(), "connection", serve_all(shared_from_this()), cancel_.slot(),
                        shared_from_this());
}

void Connection::enter(Phase phase, std::chrono::milliseconds allowed) {
    phase_ = phase;
    timed_out_ = false;
    entered_ = table_->now();
    deadline_ = allowed == std::chrono::milliseconds::max() ? SteadyTime::max() : entered_ + allowed;
}

void Connection::check_deadline(SteadyTime now) {
    if (now >= deadline_) {
        deadline_ = SteadyTime::max();
        timed_out_ = true;
        transport_->cancel();
    }
}

void Connection::drain() {
    if (phase_ == Phase::idle) {
        transport_->cancel();
    }
}

bool Connection::idle_since(SteadyTime time) const { return phase_ == Phase::idle && !timed_out_ && entered_ <= time; }

void Connection::abort() {
    peer_gone_ = true;
    cancel_.emit(asio::cancellation_type::terminal);
    transport_->close();
}

std::string_view Connection::received() const {
    const auto data = buffer_.data();
    return {static_cast<const char*>(data.data()), data.size()};
}

// Its parameter keeps the connection alive until the coroutine has ended.
asio::awaitable<void> Connection::serve_all(std::shared_ptr<Connection> self) {
    // A cancelled call ends with its own error; the connection then goes on to its orderly end.
    co_await asio::this_coro::throw_if_cancelled(false);
    for (bool more = true; more; self->first_ = false) {
        more = co_await self->serve_request();
    }
    self->transport_->close();
}

asio::awaitable<bool> Connection::serve_request() {
    request_.reset();
    if (buffer_.size() == 0 && buffer_.capacity() > head_read) {
        buffer_.shrink_to_fit();  // a waiting connection costs little, also after a large body
    }
    sent_ = 0;
    body_left_ = BodyLeft::none;
    Refusal refusal{};
    const HeadResult head = co_await read_head(refusal);
    if (head == HeadResult::closed) {
        co_return false;
    }

    const auto exchange = application_.open(request_, transport_->peer());
    Response response;
    if (head == HeadResult::complete) {
        response = co_await respond(*exchange);
    } else {
        response = exchange->refuse(refusal);
        response.close_after();
        body_left_ = BodyLeft::unreadable;
    }
    if (peer_gone_) {
        exchange->finished(499, 0);
        co_return false;
    }

    const bool close =
        response.closes() || !request_.keep_alive || body_left_ == BodyLeft::unreadable || table_->draining();
    const bool sent = co_await send(response, close);
    exchange->finished(response.status(), sent_);
    if (!sent) {
        co_return false;
    }
    if (close) {
        if (body_left_ != BodyLeft::none || buffer_.size() > 0) {
            co_await linger();
        }
        co_return false;
    }
    if (body_left_ == BodyLeft::discard) {
        std::optional<Refusal> ignored;
        const bool discarded = co_await read_body(limits_.discard, BodyReader::Use::discard, ignored);
        co_return discarded && !ignored;
    }
    co_return true;
}

asio::awaitable<Connection::HeadResult> Connection::read_head(Refusal& refusal) {
    HeadScan scan(limits_);
    enter(Phase::idle, first_ ? limits_.head_timeout : limits_.idle_timeout);
    table_->to_end(*this);
    for (;;) {
        // RFC 9112 2.2: empty lines before the request line are ignored.
        while (scan.size() == 0 && received().starts_with("\r\n")) {
            buffer_.consume(2);
        }
        const bool only_cr = scan.size() == 0 && received() == "\r";
        if (buffer_.size() > 0 && phase_ == Phase::idle) {
            enter(Phase::head, limits_.head_timeout);
        }
        switch (only_cr ? HeadState::incomplete : scan.advance(received())) {
            case HeadState::complete: {
                const ParseError error = parse_head(received().substr(0, scan.size()), request_);
                buffer_.consume(scan.size());
                refusal = refusal_of(error);
                co_return error == ParseError::ok ? HeadResult::complete : HeadResult::refused;
            }
            case HeadState::malformed:
                refusal = Refusal::malformed;
                co_return HeadResult::refused;
            case HeadState::line_too_long:
                refusal = Refusal::line_too_long;
                co_return HeadResult::refused;
            case HeadState::head_too_long:
                refusal = Refusal::head_too_long;
                co_return HeadResult::refused;
            case HeadState::incomplete:
                break;
        }
        if (phase_ == Phase::idle && table_->draining()) {
            co_return HeadResult::closed;
        }
        if (!co_await fill(head_read)) {
            refusal = Refusal::timed_out;
            // A client that has sent nothing is not owed an answer.
            const bool owed = timed_out_ && phase_ == Phase::head;
            co_return owed ? HeadResult::refused : HeadResult::closed;
        }
    }
}

asio::awaitable<Response> Connection::respond(Exchange& exchange) {
    std::optional<Response> early;
    std::optional<Refusal> refusal;
    std::exception_ptr exception;
    try {
        const std::string_view expectation = request_.header(field::expect);
        if (!expectation.empty() && !boost::beast::iequals(expectation, "100-continue")) {
            refusal = Refusal::expectation_unknown;
        } else {
            enter(Phase::answering, std::chrono::milliseconds::max());
            early = co_await exchange.admit();
        }
    } catch (...) {
        exception = std::current_exception();
    }
    if (exception) {
        early = exchange.failed(exception);
    }
    if (early || refusal) {
        if (request_.has_body()) {
            body_left_ = can_discard_body() ? BodyLeft::discard : BodyLeft::unreadable;
        }
        co_return early ? std::move(*early) : exchange.refuse(*refusal);
    }

    const bool complete = co_await read_body(exchange.body_limit(), BodyReader::Use::keep, refusal);
    if (refusal) {
        body_left_ = BodyLeft::unreadable;
        Response response = exchange.refuse(*refusal);
        response.close_after();
        co_return response;
    }
    if (!complete) {
        peer_gone_ = true;
        co_return Response{};
    }
    try {
        co_return co_await answer(exchange);
    } catch (...) {
        exception = std::current_exception();
    }
    transport_->unwatch();
    co_return exchange.failed(exception);
}

asio::awaitable<Response> Connection::answer(Exchange& exchange) {
    enter(Phase::answering, std::chrono::milliseconds::max());
    transport_->watch([this] {
        peer_gone_ = true;
        cancel_.emit(asio::cancellation_type::terminal);
    });
    Response response = co_await exchange.answer();
    transport_->unwatch();
    co_return response;
}

// Small bodies of a refused request are read so that the connection can go on; for a large one, or one the client may
// never send, a new connection is cheaper.
bool Connection::can_discard_body() const {
    const bool may_never_come = request_.expects_continue && buffer_.size() == 0;
    return !may_never_come && !request_.chunked && request_.content_length.value_or(0) <= limits_.discard;
}

// True when the body is complete; otherwise the client is gone, or `refusal` says what is wrong with it.
asio::awaitable<bool> Connection::read_body(std::uint64_t limit, BodyReader::Use use, std::optional<Refusal>& refusal) {
    BodyReader reader(request_, limit, limits_.chunk_overhead, use);
    if (reader.done()) {
        co_return true;
    }
    if (request_.content_length.value_or(0) > limit) {
        refusal = Refusal::body_too_large;
        co_return false;
    }
    if (request_.expects_continue && buffer_.size() == 0) {
        WriteBuffers buffers{asio::buffer(continue_response), asio::const_buffer()};
        if (!co_await write(buffers)) {
            co_return false;
        }
    }
    const SteadyTime whole = table_->now() + limits_.body_timeout;
    for (;;) {
        ParseError error = ParseError::ok;
        buffer_.consume(reader.feed(received(), error));
        if (error != ParseError::ok) {
            refusal = refusal_of(error);
            co_return false;
        }
        if (reader.done()) {
            co_return true;
        }
        enter(Phase::body, limits_.body_idle_timeout);
        deadline_ = std::min(deadline_, whole);
        // The buffer grows with what has come, not with what was announced.
        const auto piece = std::clamp<std::uint64_t>(reader.taken(), first_body_read, body_read);
        if (!co_await fill(static_cast<std::size_t>(piece))) {
            if (timed_out_) {
                refusal = Refusal::timed_out;
            }
            co_return false;
        }
    }
}

}  // namespace loan_manager::gateway::http
