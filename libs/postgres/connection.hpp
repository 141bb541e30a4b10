#pragma once

#include "postgres/batch.hpp"
#include "postgres/cancel_threads.hpp"
#include "postgres/dsn.hpp"
#include "postgres/params.hpp"
#include "postgres/rows.hpp"
#include "postgres/statement.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace loan_manager::postgres {

namespace detail {
struct Command;
}

struct ConnectOptions {
    Dsn dsn;
    std::string application_name = "loan-manager";
    std::chrono::milliseconds connect_timeout{3000};
    /// Set on the server for the session; zero: none. The client gives up `client_margin` later and cancels.
    std::chrono::milliseconds statement_timeout{10000};
    std::chrono::milliseconds client_margin{500};
    /// A statement that waits this long for a lock fails with SQLSTATE 55P03, set on the server; zero: it waits until
    /// statement_timeout. For services: one locked table must not hold every connection.
    std::chrono::milliseconds lock_timeout{0};
    /// Statements kept prepared; beyond it the least recently used is deallocated.
    std::size_t max_statements = 200;
    /// The server ends sessions that keep a transaction open without using it; zero: never.
    std::chrono::milliseconds idle_in_transaction_timeout{30000};
};

struct Notification {
    std::string channel;
    std::string payload;
    int backend_pid = 0;
};

/// One session with the server, over libpq, without ever blocking the loop.
///
/// Belongs to one io_context run by one thread: every call must be made there, one operation at a time. An operation
/// ends at the earliest of: its own `deadline` argument if given, else the deadline of set_deadline() and the
/// session's statement_timeout plus margin. Asio cancellation (terminal, partial or total) ends it with kind
/// cancelled. After a timeout or cancellation the statement is cancelled on the server in the background and the
/// connection refuses further work until recover() has seen the end of it.
///
/// Normally obtained from a Pool, which does the recovering.
class Connection {
public:
    /// Errors are of kind unavailable (including a refused login and a timeout) or cancelled. Without `cancellers` a
    /// connection cannot recover from a timeout and counts as broken instead.
    static boost::asio::awaitable<Result<std::unique_ptr<Connection>>> open(boost::asio::io_context& context,
                                                                            ConnectOptions options,
                                                                            std::shared_ptr<CancelThreads> cancellers);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Runs a prepared statement in one round trip, also the first time. Outside a transaction a plan made stale by
    /// DDL is prepared again unseen; inside one the error has stale_plan set.
    boost::asio::awaitable<Result<Rows>> execute(const Statement& statement, const Params& params,
                                                 OptionalDeadline deadline = {});
    boost::asio::awaitable<Result<Rows>> execute(const Statement& statement, OptionalDeadline deadline = {});

    /// Runs one statement that is parsed anew each time, for SQL composed at run time. `sql` must live until the end.
    boost::asio::awaitable<Result<Rows>> query(const std::string& sql, const Params& params,
                                               OptionalDeadline deadline = {});
    boost::asio::awaitable<Result<Rows>> query(const std::string& sql, OptionalDeadline deadline = {});

    /// Runs any number of statements separated by semicolons (simple protocol): scripts and tests.
    boost::asio::awaitable<Result<void>> script(const std::string& sql, OptionalDeadline deadline = {});

    /// Runs a batch in one round trip: one Rows per add()/query(). The first error is returned, with its batch_index;
    /// a transaction that the batch itself began is rolled back then. The deadline covers the batch as a whole.
    boost::asio::awaitable<Result<std::vector<Rows>>> run(const Batch& batch, OptionalDeadline deadline = {});

    /// Waits for notifications of LISTENed channels; an empty vector at the deadline.
    boost::asio::awaitable<Result<std::vector<Notification>>> notifications(Deadline deadline);

    /// Bounds every following operation that has no deadline of its own; nullopt lifts it.
    void set_deadline(OptionalDeadline deadline);

    /// Begins a transaction with the next operation, in its round trip. Used by Transaction.
    void begin_with_next(const Statement& begin);
    /// The transaction was left open: if its BEGIN was sent already, nothing but recover() is allowed from here.
    void forsake_transaction();
    /// True if begin_with_next() has not been sent yet; forgets it.
    bool take_back_begin();

    /// Usable: no operation running, not broken, no cancellation outstanding.
    [[nodiscard]] bool is_usable() const;
    [[nodiscard]] bool is_broken() const;
    [[nodiscard]] bool in_transaction() const;
    /// Cheap look at an idle connection (one system call): false if the server has closed it meanwhile.
    [[nodiscard]] bool is_alive();
    /// Brings the connection back to a clean idle state after a timeout, a cancellation or a forgotten transaction:
    /// waits for the cancel request, reads what is left, rolls back. False: it is broken, drop it.
    boost::asio::awaitable<bool> recover(std::chrono::milliseconds limit);

    [[nodiscard]] int backend_pid() const;

private:
    struct Impl;
    explicit Connection(std::unique_ptr<Impl> impl);
    boost::asio::awaitable<Result<Rows>> run_one(detail::Command command, OptionalDeadline deadline);
    std::unique_ptr<Impl> impl_;
};

}  // namespace loan_manager::postgres
