#pragma once

// Internal to lm_postgres: libpq's socket on an Asio loop, without knowledge of statements.

#include "postgres/cancel_threads.hpp"
#include "postgres/connection.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <libpq-fe.h>
#include <memory>
#include <optional>

namespace loan_manager::postgres::detail {

struct ClearResult {
    void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, ClearResult>;

Error error_from(const PGresult* result);
/// After the connection was lost or could not be made.
Error error_from(const PGconn* connection, std::string_view what);

/// Never rejects: the last moment of the clock means "no deadline".
inline constexpr Deadline no_deadline = Deadline::max();

class Session : public std::enable_shared_from_this<Session> {
public:
    enum class Wake { ready, timed_out, cancelled };

    static boost::asio::awaitable<Result<std::shared_ptr<Session>>> open(boost::asio::io_context& context,
                                                                         const ConnectOptions& options,
                                                                         std::shared_ptr<CancelThreads> cancellers);
    Session(boost::asio::io_context& context, std::shared_ptr<CancelThreads> cancellers);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    [[nodiscard]] PGconn* native() const { return connection_; }
    [[nodiscard]] bool broken() const { return broken_; }
    [[nodiscard]] bool operating() const { return operating_; }
    [[nodiscard]] bool abandoned() const { return abandoned_; }

    /// One exchange with the server. An operation that is destroyed before complete(), because it timed out, was
    /// cancelled or its coroutine was destroyed, has left an answer outstanding: the session is then abandoned.
    class Operation {
    public:
        Operation(std::shared_ptr<Session> session, Deadline deadline);
        ~Operation();
        Operation(const Operation&) = delete;
        Operation& operator=(const Operation&) = delete;
        void complete() { complete_ = true; }

    private:
        std::shared_ptr<Session> session_;
        bool complete_ = false;
    };

    /// Sends what libpq has buffered, reading meanwhile so that neither side blocks on full buffers.
    boost::asio::awaitable<Result<void>> flush();
    /// The next result, or null where libpq says so.
    boost::asio::awaitable<Result<ResultPtr>> next_result();
    /// Waits for something to read and lets libpq take it. False: the deadline came first.
    boost::asio::awaitable<Result<bool>> receive();

    /// The answer now under way ends with a pipeline sync (or, for the simple protocol, with a null).
    void expect_sync() { ++outstanding_syncs_; }
    void sync_seen() { --outstanding_syncs_; }
    void expect_null(bool expected) { outstanding_null_ = expected; }

    [[nodiscard]] bool is_alive();
    /// After abandonment: waits for the cancel request to be over, then reads until nothing is outstanding.
    boost::asio::awaitable<bool> settle(Deadline deadline);
    void mark_broken();

private:
    struct Ticket;

    boost::asio::awaitable<Result<void>> connect(ConnectOptions options);
    boost::asio::awaitable<bool> drain();
    boost::asio::awaitable<Wake> wait_for(boost::asio::posix::stream_descriptor::wait_type direction);
    boost::asio::awaitable<Wake> wait_for_either();
    Wake wake_reason(const boost::system::error_code& error) const;
    Error interrupted(Wake wake) const;
    bool adopt_socket();
    void arm(Deadline deadline);
    void start_timer();
    void on_timer();
    void abandon() noexcept;
    static void on_notice(void* session, const PGresult* notice);

    boost::asio::io_context& context_;
    std::shared_ptr<CancelThreads> cancellers_;
    PGconn* connection_ = nullptr;
    boost::asio::posix::stream_descriptor socket_;

    // The timer is left running between operations, since most of them end long before: when it goes off it looks
    // what the deadline is by then. Starting and stopping it for every statement would cost two system calls.
    boost::asio::steady_timer timer_;
    bool timer_runs_ = false;
    Deadline deadline_ = no_deadline;
    bool timed_out_ = false;

    bool operating_ = false;
    bool abandoned_ = false;
    bool broken_ = false;
    int outstanding_syncs_ = 0;
    bool outstanding_null_ = false;
    std::shared_ptr<Ticket> ticket_;
};

}  // namespace loan_manager::postgres::detail
