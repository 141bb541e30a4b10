#pragma once

#include "postgres/cancel_threads.hpp"
#include "postgres/connection.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace loan_manager::postgres {

struct PoolOptions {
    ConnectOptions connect;
    std::size_t max_connections = 8;
    /// No kind of work takes every connection: reads together at most three quarters, commands likewise, and one lane
    /// (OptionalDeadline) of them at most three quarters of that, rounded up where that leaves one free. Whoever waits
    /// in the lane that has the fewest is served first. Without it, or with a single connection: first come, first
    /// served.
    bool bulkheads = false;
    /// Callers that may wait for a connection; one more is told pool_exhausted at once.
    std::size_t max_waiters = 512;
    std::chrono::milliseconds acquire_timeout{2000};
    /// A connection is replaced at this age less a random tenth, so that they do not all go at once.
    std::chrono::milliseconds max_lifetime{std::chrono::minutes(30)};
    std::chrono::milliseconds idle_timeout{std::chrono::minutes(5)};
    /// Waits between attempts to reach a server that is down; doubles from first to last.
    std::chrono::milliseconds min_backoff{100};
    std::chrono::milliseconds max_backoff{1000};
    /// How long a cancelled connection may take to become clean before it is dropped.
    std::chrono::milliseconds recover_timeout{5000};
    /// How connections are opened; tests put something else in its place.
    std::function<boost::asio::awaitable<Result<std::unique_ptr<Connection>>>(boost::asio::io_context&, ConnectOptions,
                                                                              std::shared_ptr<CancelThreads>)>
        open = Connection::open;
};

/// A snapshot; counters since the start of the pool.
struct PoolStats {
    std::size_t connections = 0;  ///< idle, in use, recovering
    std::size_t idle = 0;
    std::size_t in_use = 0;
    std::size_t recovering = 0;
    std::size_t waiting = 0;
    bool available = true;  ///< false while the server cannot be reached
    std::uint64_t acquired = 0;
    std::uint64_t exhausted = 0;
    std::uint64_t opened = 0;
    std::uint64_t connect_failures = 0;
    std::uint64_t broken = 0;
    std::uint64_t cancelled = 0;

    PoolStats& operator+=(const PoolStats& other);
};

namespace detail {
class PoolCore;
struct Lane;
}  // namespace detail

/// A connection on loan; goes back to the pool when destroyed, on the pool's own thread.
class Lease {
public:
    Lease() = default;
    Lease(std::shared_ptr<detail::PoolCore> pool, std::unique_ptr<Connection> connection, Deadline expires,
          detail::Lane* lane);
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&& other) noexcept;
    ~Lease();

    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }
    [[nodiscard]] Connection* get() const { return connection_.get(); }
    explicit operator bool() const { return connection_ != nullptr; }

private:
    void give_back() noexcept;

    std::shared_ptr<detail::PoolCore> pool_;
    std::unique_ptr<Connection> connection_;
    Deadline expires_{};  // end of the connection's life
    detail::Lane* lane_ = nullptr;
};

/// Connections of one io_context, opened on demand.
///
/// Everything except stats() must be called on the thread that runs the io_context. When the server cannot be reached
/// waiting and new callers are told `unavailable` at once while the pool tries again in the background. Destroy it
/// (or close() it) before the io_context; leases may outlive it.
class Pool {
public:
    Pool(boost::asio::io_context& context, PoolOptions options, std::shared_ptr<CancelThreads> cancellers = nullptr);
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    /// Errors: pool_exhausted, unavailable, timeout (the deadline came first), cancelled. The deadline also bounds
    /// every statement run on the lease that has no deadline of its own.
    boost::asio::awaitable<Result<Lease>> acquire(OptionalDeadline deadline = {});

    /// acquire() + execute(): the usual way to run a single statement.
    boost::asio::awaitable<Result<Rows>> execute(const Statement& statement, const Params& params,
                                                 OptionalDeadline deadline = {});
    boost::asio::awaitable<Result<Rows>> execute(const Statement& statement, OptionalDeadline deadline = {});
    /// acquire() + query(), for SQL composed at run time.
    boost::asio::awaitable<Result<Rows>> query(const std::string& sql, const Params& params,
                                               OptionalDeadline deadline = {});
    /// acquire() + run().
    boost::asio::awaitable<Result<std::vector<Rows>>> run(const Batch& batch, OptionalDeadline deadline = {});

    /// Closes idle connections, fails waiters and refuses new callers; leases are closed as they come back.
    void close();

    /// Any thread.
    [[nodiscard]] PoolStats stats() const;
    [[nodiscard]] boost::asio::io_context& context() const;

private:
    friend class PoolGroup;
    std::shared_ptr<detail::PoolCore> core_;
    std::shared_ptr<CancelThreads> own_cancellers_;
};

/// A Pool for each loop of the process, sharing the connections between them.
class PoolGroup {
public:
    /// `options.max_connections` is the total; every loop gets its share, at least one.
    PoolGroup(const std::vector<boost::asio::io_context*>& contexts, PoolOptions options);
    ~PoolGroup();
    PoolGroup(const PoolGroup&) = delete;
    PoolGroup& operator=(const PoolGroup&) = delete;

    /// The pool of the io_context that runs the calling thread; throws std::logic_error outside of all of them.
    [[nodiscard]] Pool& local() const;
    /// Closes every pool on its own thread. Any thread.
    void close();
    /// Sums. Any thread.
    [[nodiscard]] PoolStats stats() const;

private:
    std::shared_ptr<CancelThreads> cancellers_;
    std::vector<std::unique_ptr<Pool>> pools_;
};

}  // namespace loan_manager::postgres
