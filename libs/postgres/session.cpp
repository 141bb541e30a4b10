#include "postgres/session.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <poll.h>
#include <array>

namespace loan_manager::postgres::detail {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;

/// A cancel request on its way; shared with the thread that sends it.
struct Session::Ticket {
    explicit Ticket(asio::io_context& context) : done_timer(context, asio::steady_timer::time_point::max()) {}
    bool done = false;
    asio::steady_timer done_timer;  // cancelled when done
};

Session::Session(asio::io_context& context, std::shared_ptr<CancelThreads> cancellers)
    : context_(context), cancellers_(std::move(cancellers)), socket_(context), timer_(context) {}

Session::~Session() {
    // libpq closes the socket; Asio must let go of it first.
    if (socket_.is_open()) socket_.release();
    if (connection_ != nullptr) PQfinish(connection_);
}

void Session::mark_broken() {
    broken_ = true;
    if (socket_.is_open()) socket_.release();
}

void Session::on_notice(void* session, const PGresult* notice) {
    // While idle libpq reports a farewell of the server ("terminating connection …") as a notice.
    const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity != nullptr && (std::string_view(severity) == "FATAL" || std::string_view(severity) == "PANIC")) {
        static_cast<Session*>(session)->broken_ = true;
    }
}

Session::Operation::Operation(std::shared_ptr<Session> session, Deadline deadline) : session_(std::move(session)) {
    session_->operating_ = true;
    session_->arm(deadline);
}

Session::Operation::~Operation() {
    session_->operating_ = false;
    if (!complete_) session_->abandon();
}

void Session::arm(Deadline deadline) {
    deadline_ = deadline;
    timed_out_ = false;
    if (deadline == no_deadline || (timer_runs_ && timer_.expiry() <= deadline)) return;
    timer_.expires_at(deadline);
    start_timer();
}

void Session::start_timer() {
    timer_runs_ = true;
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        if (error) return;
        if (const auto self = weak.lock()) self->on_timer();
    });
}

void Session::on_timer() {
    timer_runs_ = false;
    if (!operating_ || deadline_ == no_deadline) return;
    if (std::chrono::steady_clock::now() >= deadline_) {
        timed_out_ = true;
        if (socket_.is_open()) socket_.cancel();
    } else {
        timer_.expires_at(deadline_);
        start_timer();
    }
}

Session::Wake Session::wake_reason(const boost::system::error_code& error) const {
    if (timed_out_) return Wake::timed_out;
    // Any other failure of the wait shows again, with a reason, when libpq touches the socket.
    return error == asio::error::operation_aborted ? Wake::cancelled : Wake::ready;
}

asio::awaitable<Session::Wake> Session::wait_for(stream_descriptor::wait_type direction) {
    if (timed_out_) co_return Wake::timed_out;
    boost::system::error_code error;
    co_await socket_.async_wait(direction, asio::redirect_error(asio::use_awaitable, error));
    co_return wake_reason(error);
}

asio::awaitable<Session::Wake> Session::wait_for_either() {
    if (timed_out_) co_return Wake::timed_out;
    auto both =
        asio::experimental::make_parallel_group(socket_.async_wait(stream_descriptor::wait_read, asio::deferred),
                                                socket_.async_wait(stream_descriptor::wait_write, asio::deferred));
    const auto [order, read_error, write_error] =
        co_await both.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    co_return wake_reason(order[0] == 0 ? read_error : write_error);
}

Error Session::interrupted(Wake wake) const {
    if (wake == Wake::timed_out) return Error(Error::Kind::timeout, "no answer from the server before the deadline");
    return Error(Error::Kind::cancelled, "cancelled by the caller");
}

asio::awaitable<Result<void>> Session::flush() {
    for (;;) {
        const int pending = PQflush(connection_);
        if (pending == 0) co_return Result<void>();
        if (pending < 0) {
            Error error = error_from(connection_, "sending to the server failed");
            mark_broken();
            co_return error;
        }
        const Wake wake = co_await wait_for_either();
        if (wake != Wake::ready) co_return interrupted(wake);
        if (PQconsumeInput(connection_) == 0) {
            Error error = error_from(connection_, "connection lost while sending");
            mark_broken();
            co_return error;
        }
    }
}

asio::awaitable<Result<ResultPtr>> Session::next_result() {
    while (PQisBusy(connection_) != 0) {
        const Wake wake = co_await wait_for(stream_descriptor::wait_read);
        if (wake != Wake::ready) co_return interrupted(wake);
        if (PQconsumeInput(connection_) == 0) {
            // What the server said before it went away explains more than the end of the stream.
            ResultPtr farewell(PQisBusy(connection_) == 0 ? PQgetResult(connection_) : nullptr);
            Error error = farewell != nullptr && PQresultStatus(farewell.get()) == PGRES_FATAL_ERROR
                              ? error_from(farewell.get())
                              : error_from(connection_, "connection lost");
            error.kind = Error::Kind::unavailable;
            mark_broken();
            co_return error;
        }
    }
    co_return ResultPtr(PQgetResult(connection_));
}

asio::awaitable<Result<bool>> Session::receive() {
    const Wake wake = co_await wait_for(stream_descriptor::wait_read);
    if (wake == Wake::timed_out) co_return false;
    if (wake == Wake::cancelled) co_return interrupted(wake);
    if (PQconsumeInput(connection_) == 0 || broken_) {
        Error error = error_from(connection_, "connection lost");
        mark_broken();
        co_return error;
    }
    co_return true;
}

bool Session::is_alive() {
    // Twice, because a farewell and the end of the stream may be read separately.
    for (int look = 0; look < 2 && !broken_; ++look) {
        pollfd descriptor{PQsocket(connection_), POLLIN, 0};
        if (poll(&descriptor, 1, 0) == 0) return true;
        if (PQconsumeInput(connection_) == 0 || PQstatus(connection_) != CONNECTION_OK) mark_broken();
    }
    if (broken_) mark_broken();
    return !broken_;
}

void Session::abandon() noexcept {
    abandoned_ = true;
    if (broken_ || cancellers_ == nullptr) {
        mark_broken();
        return;
    }
    try {
        auto ticket = std::make_shared<Ticket>(context_);
        const std::shared_ptr<PGcancel> request(PQgetCancel(connection_), &PQfreeCancel);
        ticket_ = ticket;
        const bool posted = cancellers_->post([ticket, request, &context = context_]() mutable {
            std::array<char, 256> problem;
            PQcancel(request.get(), problem.data(), static_cast<int>(problem.size()));
            // Whether it worked or not, the draining tells; the ticket must die on its own loop.
            asio::post(context, [ticket = std::move(ticket)] {
                ticket->done = true;
                ticket->done_timer.cancel();
            });
        });
        if (!posted) mark_broken();
    } catch (const std::exception&) {
        mark_broken();  // out of memory: closing the connection ends the statement as well
    }
}

asio::awaitable<bool> Session::settle(Deadline deadline) {
    if (ticket_ != nullptr && !ticket_->done) {
        const auto ticket = ticket_;
        ticket->done_timer.expires_at(deadline);
        boost::system::error_code ignored;
        co_await ticket->done_timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        if (!ticket->done) mark_broken();
    }
    if (broken_) co_return false;
    ticket_.reset();
    abandoned_ = false;
    Operation operation(shared_from_this(), deadline);
    const bool drained = co_await drain();
    if (!drained) mark_broken();  // before the operation ends, lest it sends another cancel request
    operation.complete();
    co_return drained;
}

asio::awaitable<bool> Session::drain() {
    const Result<void> flushed = co_await flush();
    if (!flushed) co_return false;
    // A server that shuts down may never send the sync: a second null in a row means there is nothing more to come.
    for (int nulls = 0; outstanding_syncs_ > 0 || outstanding_null_;) {
        const Result<ResultPtr> result = co_await next_result();
        if (!result) co_return false;
        if (result.value() == nullptr) {
            outstanding_null_ = false;
            if (++nulls > 1 && outstanding_syncs_ > 0) co_return false;
            continue;
        }
        nulls = 0;
        if (PQresultStatus(result.value().get()) == PGRES_PIPELINE_SYNC) --outstanding_syncs_;
    }
    co_return PQpipelineStatus(connection_) != PQ_PIPELINE_OFF || PQenterPipelineMode(connection_) == 1;
}

}  // namespace loan_manager::postgres::detail
