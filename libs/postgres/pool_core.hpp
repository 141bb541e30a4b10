#pragma once

// Internal to lm_postgres: the state of a Pool, shared with its leases and background work.

#include "postgres/lanes.hpp"
#include "postgres/pool.hpp"

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <list>
#include <memory>
#include <optional>
#include <random>
#include <vector>

namespace loan_manager::postgres::detail {

class PoolCore : public std::enable_shared_from_this<PoolCore> {
public:
    PoolCore(boost::asio::io_context& context, PoolOptions options, std::shared_ptr<CancelThreads> cancellers);

    boost::asio::awaitable<Result<Lease>> acquire(OptionalDeadline deadline);
    void release(std::unique_ptr<Connection> connection, Deadline expires, Lane& lane) noexcept;
    void close();

    [[nodiscard]] PoolStats stats() const;
    [[nodiscard]] boost::asio::io_context& context() const { return context_; }

private:
    struct Idle {
        std::unique_ptr<Connection> connection;
        Deadline expires;
        Deadline since;
    };
    /// A caller in the queue; woken by cancelling its timer after filling in the outcome.
    struct Waiter {
        Waiter(boost::asio::io_context& context, Lane& wanted_for) : timer(context), lane(wanted_for) {}
        boost::asio::steady_timer timer;
        Lane& lane;
        Lease lease;
        std::optional<Error> error;
        bool done = false;
    };

    using Waiters = std::list<std::shared_ptr<Waiter>>;
    using Self = std::shared_ptr<PoolCore>;

    Lease take_idle(Lane& lane);
    Lease lend(std::unique_ptr<Connection> connection, Deadline expires, Lane& lane);
    /// Of those in the queue who may have a connection, the first in the lane that has the fewest.
    Waiters::iterator next_in_turn();
    void hand_over(Waiters::iterator turn, Lease lease);
    /// Gives idle connections to those who wait and may have one; opens more if that is not enough.
    void serve();
    void put_back(std::unique_ptr<Connection> connection, Deadline expires);
    void connection_lost();
    void fail_waiters(const Error& error);

    /// How many of those who wait could have a connection if there were enough.
    [[nodiscard]] std::size_t wanted() const;
    // Background work keeps the core alive by its parameter.
    void open_as_needed();
    static boost::asio::awaitable<void> open_in_background(Self self);
    void start_retrying();
    static boost::asio::awaitable<void> keep_trying(Self self);
    static boost::asio::awaitable<void> recover(Self self, std::unique_ptr<Connection> connection, Deadline expires);
    boost::asio::awaitable<bool> open_one();
    boost::asio::awaitable<Result<std::unique_ptr<Connection>>> try_to_open();

    void schedule_cleaning();
    void clean();
    Deadline end_of_life();
    [[nodiscard]] std::size_t total() const { return idle_.size() + in_use_ + recovering_ + opening_; }
    /// The server cannot be reached and no connection is left that might come back.
    [[nodiscard]] bool is_down() const { return failures_in_a_row_ > 0 && in_use_ + recovering_ == 0; }

    // Counted on the pool's thread only, read by stats() on any.
    template <class Number>
    class Gauge {
    public:
        operator Number() const { return value_.load(std::memory_order_relaxed); }
        void operator++() { value_.store(*this + 1, std::memory_order_relaxed); }
        void operator--() { value_.store(*this - 1, std::memory_order_relaxed); }
        void operator=(Number value) { value_.store(value, std::memory_order_relaxed); }

    private:
        std::atomic<Number> value_{0};
    };

    boost::asio::io_context& context_;
    const PoolOptions options_;
    std::shared_ptr<CancelThreads> cancellers_;
    std::minstd_rand random_;

    std::vector<Idle> idle_;  // the most recently used last
    Waiters waiters_;
    Lanes lanes_;
    boost::asio::steady_timer cleaning_timer_;
    bool cleaning_scheduled_ = false;
    boost::asio::steady_timer retry_timer_;
    bool retrying_ = false;
    bool closed_ = false;
    Error last_error_;

    Gauge<std::size_t> in_use_;
    Gauge<std::size_t> recovering_;
    Gauge<std::size_t> opening_;
    Gauge<std::size_t> idle_count_;
    Gauge<std::size_t> waiting_;
    Gauge<std::uint64_t> failures_in_a_row_;
    Gauge<std::uint64_t> acquired_;
    Gauge<std::uint64_t> exhausted_;
    Gauge<std::uint64_t> opened_;
    Gauge<std::uint64_t> connect_failures_;
    Gauge<std::uint64_t> broken_;
    Gauge<std::uint64_t> cancelled_;
};

}  // namespace loan_manager::postgres::detail
