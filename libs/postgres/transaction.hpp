#pragma once

#include "postgres/connection.hpp"
#include "postgres/pool.hpp"

#include <boost/asio/awaitable.hpp>

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace loan_manager::postgres {

enum class Isolation { read_committed, repeatable_read, serializable };

struct TransactionOptions {
    Isolation isolation = Isolation::read_committed;
    bool read_only = false;
    /// Used by with_transaction: how often the body is repeated after a retryable error.
    int max_retries = 3;
};

/// A transaction on a connection, which must outlive it. BEGIN costs no round trip of its own: it travels with the
/// first statement, whose result reports its errors. A Transaction that is destroyed without commit() or rollback()
/// leaves the connection in need of recovery; the pool rolls it back when the lease is returned.
class Transaction {
public:
    explicit Transaction(Connection& connection, TransactionOptions options = TransactionOptions());
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    [[nodiscard]] Connection& connection() { return connection_; }

    boost::asio::awaitable<Result<Rows>> execute(const Statement& statement, const Params& params) {
        return connection_.execute(statement, params);
    }
    boost::asio::awaitable<Result<Rows>> execute(const Statement& statement) { return connection_.execute(statement); }
    boost::asio::awaitable<Result<Rows>> query(const std::string& sql, const Params& params) {
        return connection_.query(sql, params);
    }
    boost::asio::awaitable<Result<std::vector<Rows>>> run(const Batch& batch) { return connection_.run(batch); }

    /// Success means durable. An error of kind unavailable means that the outcome is unknown. A transaction that an
    /// earlier error has aborted is rolled back and reported as SQLSTATE 25P02.
    boost::asio::awaitable<Result<void>> commit();
    /// Runs `last` and COMMIT in one round trip.
    boost::asio::awaitable<Result<std::vector<Rows>>> commit_with(Batch last);
    boost::asio::awaitable<Result<void>> rollback();

private:
    Connection& connection_;
    bool open_ = true;
};

namespace detail {
template <class T>
struct AwaitedType;
template <class T>
struct AwaitedType<boost::asio::awaitable<T>> {
    using type = T;
};
}  // namespace detail

/// Before the repetition of a transaction, counted from 1: a few random milliseconds, more with each attempt (at most
/// 8 before the first, 128 from the fifth on), so that transactions in each other's way part.
boost::asio::awaitable<void> pause_before_retry(int attempt);

/// Runs `body(Transaction&)`, a function returning awaitable<Result<T>>, in a transaction of a pooled connection.
/// A value commits; an error rolls back and is returned; a postgres::Failure thrown by the body counts as its error;
/// any other exception rolls back and propagates. A retryable error (40001, 40P01, stale plan), also one of COMMIT,
/// repeats the body up to options.max_retries times. The deadline bounds acquisition and every statement.
/// Give `body` as a named object, or a lambda without captures that takes its state by reference from elsewhere.
template <class Body>
auto with_transaction(Pool& pool, TransactionOptions options, Body& body, OptionalDeadline deadline = {}) ->
    typename std::invoke_result_t<Body&, Transaction&> {
    using Outcome = typename detail::AwaitedType<std::invoke_result_t<Body&, Transaction&>>::type;
    for (int attempt = 0;; ++attempt) {
        if (attempt > 0) co_await pause_before_retry(attempt);
        Result<Lease> lease = co_await pool.acquire(deadline);
        if (!lease) {
            co_return lease.error();
        }
        Transaction transaction(**lease, options);
        std::optional<Outcome> outcome;
        std::exception_ptr thrown;
        try {
            outcome.emplace(co_await body(transaction));
        } catch (const Failure& failure) {
            outcome.emplace(failure.error());
        } catch (...) {
            thrown = std::current_exception();
        }
        if (outcome && outcome->has_value()) {
            Result<void> committed = co_await transaction.commit();
            if (committed) {
                co_return *std::move(outcome);
            }
            outcome.emplace(committed.error());
        } else if (lease->get()->is_usable()) {
            // Roll back before answering: whoever repeats the request must not meet the locks of this one.
            static_cast<void>(co_await transaction.rollback());
        }
        if (thrown) {
            std::rethrow_exception(thrown);
        }
        if (!outcome->error().is_retryable() || attempt >= options.max_retries) {
            co_return *std::move(outcome);
        }
    }
}

}  // namespace loan_manager::postgres
