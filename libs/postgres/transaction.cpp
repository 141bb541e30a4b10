#include "postgres/transaction.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <random>

namespace loan_manager::postgres {

namespace asio = boost::asio;

namespace {

// Not prepared: they are parsed as fast as they are looked up, and ROLLBACK must work whatever state the names are in.
constexpr Statement commit_statement{"", "COMMIT"};
constexpr Statement rollback_statement{"", "ROLLBACK"};

Statement begin_statement(const TransactionOptions& options) {
    switch (options.isolation) {
        case Isolation::read_committed:
            break;
        case Isolation::repeatable_read:
            return {"", options.read_only ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
                                          : "BEGIN ISOLATION LEVEL REPEATABLE READ"};
        case Isolation::serializable:
            return {"", options.read_only ? "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY"
                                          : "BEGIN ISOLATION LEVEL SERIALIZABLE"};
    }
    return {"", options.read_only ? "BEGIN READ ONLY" : "BEGIN"};
}

Error already_ended() { return Error(Error::Kind::protocol, "the transaction has ended already"); }

}  // namespace

Transaction::Transaction(Connection& connection, TransactionOptions options) : connection_(connection) {
    connection_.begin_with_next(begin_statement(options));
}

Transaction::~Transaction() {
    if (open_) connection_.forsake_transaction();
}

asio::awaitable<Result<void>> Transaction::commit() {
    if (!open_) co_return already_ended();
    if (connection_.take_back_begin()) {  // nothing was done in it
        open_ = false;
        co_return Result<void>();
    }
    const Result<Rows> ended = co_await connection_.execute(commit_statement);
    if (!ended) co_return ended.error();
    open_ = false;
    // The server answers COMMIT of an aborted transaction with success and the tag ROLLBACK.
    if (ended.value().command_tag() != "COMMIT") {
        Error error(Error::Kind::server, "the transaction was aborted by an earlier error and has been rolled back");
        error.sqlstate = sqlstate::in_failed_transaction;
        co_return error;
    }
    co_return Result<void>();
}

asio::awaitable<Result<std::vector<Rows>>> Transaction::commit_with(Batch last) {
    if (!open_) co_return already_ended();
    last.commit();
    Result<std::vector<Rows>> answers = co_await connection_.run(last);
    if (answers) {
        open_ = false;
    } else if (connection_.is_usable()) {
        const Result<void> rolled_back = co_await rollback();
        static_cast<void>(rolled_back);  // if it failed, the connection is broken and goes anyway
    }
    co_return answers;
}

asio::awaitable<Result<void>> Transaction::rollback() {
    if (!open_) co_return already_ended();
    if (connection_.take_back_begin() || (connection_.is_usable() && !connection_.in_transaction())) {
        open_ = false;
        co_return Result<void>();
    }
    const Result<Rows> ended = co_await connection_.execute(rollback_statement);
    if (!ended) co_return ended.error();
    open_ = false;
    co_return Result<void>();
}

asio::awaitable<void> pause_before_retry(int attempt) {
    const unsigned longest = 4000U << std::min(attempt, 5);  // microseconds
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_after(std::chrono::microseconds(std::random_device()() % longest));
    co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace loan_manager::postgres
