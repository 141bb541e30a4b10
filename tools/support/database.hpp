#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "postgres/connection.hpp"
#include "tools/support/exit_code.hpp"

namespace loan_manager::ctl {

/// One connection for a program that does one thing after the other: every call waits for its end.
/// Errors are thrown as Failure. Used by one thread.
class Database {
public:
    /// Connects.
    explicit Database(const std::string& url);

    postgres::Connection& connection() { return *connection_; }

    /// Runs a coroutine on the connection's loop until it is done.
    template <class T>
    T wait(boost::asio::awaitable<T> work) {
        std::optional<T> value;
        std::exception_ptr thrown;
        boost::asio::co_spawn(context_, std::move(work), [&](std::exception_ptr error, T result) {
            thrown = error;
            value.emplace(std::move(result));
        });
        context_.restart();
        while (!value && context_.run_one() > 0) {
        }
        if (thrown) {
            std::rethrow_exception(thrown);
        }
        return std::move(*value);
    }

    postgres::Rows query(const std::string& sql, const postgres::Params& params = postgres::Params());
    void script(const std::string& sql);

    /// Like query, for callers that want to know what went wrong.
    postgres::Result<postgres::Rows> try_query(const std::string& sql,
                                               const postgres::Params& params = postgres::Params());

private:
    boost::asio::io_context context_;
    std::unique_ptr<postgres::Connection> connection_;
};

/// BEGIN now, COMMIT by commit(), ROLLBACK otherwise.
class Transaction {
public:
    explicit Transaction(Database& database, const std::string& mode = "");
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void commit();

private:
    Database& database_;
    bool open_ = true;
};

/// A database error as the operator should see it.
Failure failure_of(const postgres::Error& error);

}  // namespace loan_manager::ctl
