#include "support.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

using namespace loan_manager::postgres;
using namespace loan_manager::postgres::testing;

namespace {
constexpr Statement first_sleep{"cancel.sleep", "SELECT pg_sleep($1)"};
constexpr Statement one{"cancel.one", "SELECT 1 AS one"};
}  // namespace

TEST_CASE("statement_timeout ends a statement and keeps the connection") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        ConnectOptions options = connect_options();
        options.statement_timeout = 50ms;
        options.client_margin = 5s;
        const auto opened = co_await Connection::open(context, options, nullptr);
        Connection& connection = *opened.value();
        const auto slept = co_await connection.query("SELECT pg_sleep(20)");
        CHECK(slept.error().kind == Error::Kind::timeout);
        CHECK(slept.error().is(sqlstate::query_canceled));
        CHECK(connection.is_usable());
        const auto fine = co_await connection.execute(one);
        CHECK(fine.has_value());
    });
}

TEST_CASE("an operator's cancel is not a timeout") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        const auto ended =
            co_await connection->script("SELECT pg_cancel_backend(pg_backend_pid()); SELECT pg_sleep(9)");
        CHECK(ended.error().kind == Error::Kind::cancelled);
    });
}

TEST_CASE("past its deadline a statement is cancelled, and the connection recovers without harming the next one") {
    const auto cancellers = std::make_shared<CancelThreads>();
    run([&](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context, cancellers);
        const int pid = connection->backend_pid();
        for (int round = 0; round < 20; ++round) {
            const Params long_time(20.0);
            const auto slept = co_await connection->execute(first_sleep, long_time, after(5ms));
            CHECK(slept.error().kind == Error::Kind::timeout);
            CHECK_FALSE(connection->is_usable());
            const auto refused = co_await connection->execute(one);
            CHECK(refused.has_error());
            const bool clean = co_await connection->recover(5s);
            REQUIRE(clean);
            for (int follow_up = 0; follow_up < 3; ++follow_up) {
                const auto fine = co_await connection->execute(one);
                REQUIRE(fine.has_value());
            }
        }
        CHECK(connection->backend_pid() == pid);
    });
    cancellers->join();
}

TEST_CASE("a deadline that passes while the answer arrives harms nothing") {
    const auto cancellers = std::make_shared<CancelThreads>();
    run([&](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context, cancellers);
        // How many of these come too late is up to the machine; whichever do must leave the connection as it was.
        for (int round = 0; round < 200; ++round) {
            const auto limit = std::chrono::microseconds(20 * (round % 20));
            const Deadline deadline = std::chrono::steady_clock::now() + limit;
            const auto result = co_await connection->execute(one, deadline);
            if (result.has_error()) {
                REQUIRE(result.error().kind == Error::Kind::timeout);
                const bool clean = co_await connection->recover(5s);
                REQUIRE(clean);
            }
            const auto fine = co_await connection->execute(one);
            REQUIRE(fine.has_value());
        }
    });
    cancellers->join();
}

TEST_CASE("without cancel threads a timeout breaks the connection") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        const auto slept = co_await connection->query("SELECT pg_sleep(20)", after(5ms));
        CHECK(slept.error().kind == Error::Kind::timeout);
        CHECK(connection->is_broken());
        const bool clean = co_await connection->recover(1s);
        CHECK_FALSE(clean);
    });
}

TEST_CASE("the cancellation slot of a coroutine ends its statement and its lease recovers in the pool") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        Pool pool(context, pool_options(1));
        asio::cancellation_signal signal;
        std::optional<Error> error;
        bool ended = false;
        const auto sleeper = [&]() -> asio::awaitable<void> {
            const auto slept = co_await pool.query("SELECT pg_sleep(21)", Params());
            if (slept.has_error()) error = slept.error();
        };
        asio::co_spawn(context, sleeper(),
                       asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr) { ended = true; }));
        const auto observer = co_await connect(context);
        // Another length than elsewhere: the server may still be busy with what other tests left behind.
        const std::string asleep =
            "SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(21)' AND state = 'active' "
            "AND datname = current_database()";
        for (bool running = false; !running;) {
            const auto found = co_await observer->query(asleep);
            running = !found.value().empty();
        }
        signal.emit(asio::cancellation_type::terminal);
        const bool stopped = co_await eventually([&] { return ended; });
        REQUIRE(stopped);
        // The lease goes back inside of a coroutine that is already cancelled: an error value, or an exception from
        // the next co_await, are both fine.
        if (error) CHECK(error->kind == Error::Kind::cancelled);
        CHECK(pool.stats().connections == 1);
        const auto next = co_await pool.execute(one);
        CHECK(next.has_value());
        CHECK(pool.stats().opened == 1);
        CHECK(pool.stats().cancelled == 1);
        pool.close();
    });
}

TEST_CASE("a batch and a script past their deadline recover as well") {
    const auto cancellers = std::make_shared<CancelThreads>();
    run([&](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context, cancellers);
        Batch batch;
        batch.begin().add(one).add(first_sleep, Params(20.0)).add(one).commit();
        const auto late = co_await connection->run(batch, after(20ms));
        CHECK(late.error().kind == Error::Kind::timeout);
        const bool clean = co_await connection->recover(5s);
        REQUIRE(clean);
        CHECK_FALSE(connection->in_transaction());

        const auto late_script = co_await connection->script("SELECT 1; SELECT pg_sleep(20); SELECT 2", after(20ms));
        CHECK(late_script.error().kind == Error::Kind::timeout);
        const bool clean_again = co_await connection->recover(5s);
        REQUIRE(clean_again);
        Batch short_batch;
        short_batch.add(one);
        const auto fine = co_await connection->run(short_batch);
        CHECK(fine.has_value());
    });
    cancellers->join();
}

TEST_CASE("an io_context may be destroyed with statements still running") {
    for (int round = 0; round < 5; ++round) {
        auto context = std::make_unique<asio::io_context>(1);
        auto pool = std::make_unique<Pool>(*context, pool_options(3));
        const auto sleeper = [&]() -> asio::awaitable<void> {
            const auto slept = co_await pool->query("SELECT pg_sleep(20)", Params());
            static_cast<void>(slept);
        };
        for (int caller = 0; caller < 6; ++caller) {
            asio::co_spawn(*context, sleeper(), [](std::exception_ptr) {});
        }
        context->run_for(std::chrono::milliseconds(10 * round));
        pool.reset();
        context.reset();
    }
}
