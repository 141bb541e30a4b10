#include "postgres/pool.hpp"

#include "support.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "runtime/background.hpp"

using namespace loan_manager::postgres;
using namespace loan_manager::postgres::testing;

namespace {
constexpr Statement one{"pool.one", "SELECT 1 AS one"};
constexpr Statement my_pid{"pool.pid", "SELECT pg_backend_pid() AS pid"};
constexpr Statement echo{"pool.echo", "SELECT $1::int AS number"};
}  // namespace

TEST_CASE("connections are opened on demand, shared, and never more than allowed") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        Pool pool(context, pool_options(3));
        CHECK(pool.stats().connections == 0);
        int done = 0;
        std::size_t most = 0;
        const auto worker = [&]() -> asio::awaitable<void> {
            for (int round = 0; round < 20; ++round) {
                const auto rows = co_await pool.execute(one);
                rows.value();
                most = std::max(most, pool.stats().connections);
            }
            ++done;
        };
        for (int caller = 0; caller < 40; ++caller) {
            asio::co_spawn(context, worker(), asio::detached);
        }
        const bool all = co_await eventually([&] { return done == 40; });
        CHECK(all);
        CHECK(most == 3);
        CHECK(pool.stats().opened == 3);
        CHECK(pool.stats().acquired == 800);
        CHECK(pool.stats().idle == 3);
        pool.close();
        CHECK(pool.stats().connections == 0);
        const auto closed = co_await pool.execute(one);
        CHECK(closed.error().kind == Error::Kind::unavailable);
    });
}

TEST_CASE("an exhausted pool answers in time: first come, first served, and a bounded queue") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        PoolOptions options = pool_options(1);
        options.acquire_timeout = 50ms;
        options.max_waiters = 2;
        Pool pool(context, options);
        Result<Lease> held = co_await pool.acquire();
        REQUIRE(held.has_value());

        const auto started = std::chrono::steady_clock::now();
        const auto too_late = co_await pool.acquire();
        CHECK(too_late.error().kind == Error::Kind::pool_exhausted);
        CHECK(std::chrono::steady_clock::now() - started >= 50ms);
        const auto deadline_first = co_await pool.acquire(after(5ms));
        CHECK(deadline_first.error().kind == Error::Kind::timeout);

        std::vector<int> order;
        const auto waiter = [&](int number) -> asio::awaitable<void> {
            const auto lease = co_await pool.acquire();
            if (lease) order.push_back(number);
        };
        asio::co_spawn(context, waiter(1), asio::detached);
        asio::co_spawn(context, waiter(2), asio::detached);
        const bool queued = co_await eventually([&] { return pool.stats().waiting == 2; });
        REQUIRE(queued);
        const auto refused = co_await pool.acquire();
        CHECK(refused.error().kind == Error::Kind::pool_exhausted);
        held.value() = Lease();
        const bool served = co_await eventually([&] { return order.size() == 2; });
        CHECK(served);
        CHECK(order == std::vector<int>({1, 2}));
        CHECK(pool.stats().exhausted == 2);
        CHECK(pool.stats().waiting == 0);
        pool.close();
    });
}

TEST_CASE("a connection that the server ended while it was idle is not lent") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto administrator = co_await connect(context);
        Pool pool(context, pool_options(2));
        const auto first = co_await pool.execute(my_pid);
        const int pid = first.value().front().get<int>("pid");
        co_await terminate(*administrator, pid);
        const auto second = co_await pool.execute(my_pid);
        REQUIRE(second.has_value());
        CHECK(second.value().front().get<int>("pid") != pid);
        CHECK(pool.stats().broken == 1);
        CHECK(pool.stats().connections == 1);
        pool.close();
    });
}

TEST_CASE("a transaction left open is rolled back when the lease comes back, on the same connection") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        Pool pool(context, pool_options(1));
        int pid = 0;
        {
            const auto lease = co_await pool.acquire();
            pid = lease.value()->backend_pid();
            const auto begun = co_await lease.value()->script("BEGIN; CREATE TABLE never_committed (x int)");
            begun.value();
        }
        CHECK(pool.stats().recovering == 1);
        const auto rows = co_await pool.query("SELECT to_regclass('never_committed') IS NULL AS gone", Params());
        CHECK(rows.value().front().get<bool>("gone"));
        const auto same = co_await pool.execute(my_pid);
        CHECK(same.value().front().get<int>("pid") == pid);
        pool.close();
    });
}

TEST_CASE("connections end with their lifetime and when nobody needs them") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        PoolOptions options = pool_options(2);
        options.max_lifetime = 1ms;
        Pool short_lived(context, options);
        const auto first = co_await short_lived.execute(my_pid);
        const int pid = first.value().front().get<int>("pid");
        asio::steady_timer timer(context, 5ms);
        co_await timer.async_wait(asio::use_awaitable);
        const auto second = co_await short_lived.execute(my_pid);
        CHECK(second.value().front().get<int>("pid") != pid);
        short_lived.close();

        options.max_lifetime = 1h;
        options.idle_timeout = 20ms;
        Pool rarely_used(context, options);
        const auto used = co_await rarely_used.execute(one);
        used.value();
        CHECK(rarely_used.stats().idle == 1);
        const bool gone = co_await eventually([&] { return rarely_used.stats().connections == 0; });
        CHECK(gone);
        rarely_used.close();
    });
}

TEST_CASE("the deadline given to acquire bounds the statements of the lease") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        Pool pool(context, pool_options(1));
        const auto late = co_await pool.query("SELECT pg_sleep(20)", Params(), after(50ms));
        CHECK(late.error().kind == Error::Kind::timeout);
        // The next borrower waits for the recovery and gets a clean connection without that deadline.
        const auto rows = co_await pool.query("SELECT pg_sleep(0.06)", Params());
        CHECK(rows.has_value());
        CHECK(pool.stats().opened == 1);
        CHECK(pool.stats().cancelled == 1);
        pool.close();
    });
}

TEST_CASE("a lease may outlive its pool") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        Result<Lease> lease = Error();
        {
            Pool pool(context, pool_options(1));
            lease = co_await pool.acquire();
        }
        const auto rows = co_await lease.value()->execute(one);
        CHECK(rows.has_value());
    });
}

TEST_CASE("many coroutines on two loops, each with the pool of its own") {
    asio::io_context first(1);
    asio::io_context second(1);
    std::vector<asio::io_context*> contexts;
    contexts.push_back(&first);
    contexts.push_back(&second);
    std::atomic<int> right = 0;
    std::atomic<int> wrong = 0;
    std::atomic<int> foreign = 0;
    {
        PoolOptions options = pool_options(5);
        options.acquire_timeout = 20s;
        options.max_waiters = 1000;
        PoolGroup pools(contexts, options);
        CHECK_THROWS_AS(static_cast<void>(pools.local()), std::logic_error);
        const auto worker = [&](int number) -> asio::awaitable<void> {
            for (int round = 0; round < 10; ++round) {
                Pool& pool = pools.local();
                const Params params(number * 100 + round);
                const auto rows = co_await pool.execute(echo, params);
                const bool correct = rows && rows.value().front().get<int>("number") == number * 100 + round;
                ++(correct ? right : wrong);
                if (&pool != &pools.local()) ++foreign;
            }
        };
        std::vector<std::thread> threads;
        for (asio::io_context* context : contexts) {
            for (int number = 0; number < 150; ++number) {
                asio::co_spawn(*context, worker(number), asio::detached);
            }
        }
        for (asio::io_context* context : contexts) {
            threads.emplace_back([context, &pools] {
                const auto guard = asio::make_work_guard(*context);
                context->run_for(30s);
                static_cast<void>(pools);
            });
        }
        const Deadline end = after(25s);
        while (right + wrong < 3000 && std::chrono::steady_clock::now() < end) {
            static_cast<void>(pools.stats());  // any thread may ask
            std::this_thread::yield();
        }
        const PoolStats stats = pools.stats();
        CHECK(stats.opened == 5);
        CHECK(stats.acquired == 3000);
        pools.close();
        for (asio::io_context* context : contexts) {
            asio::post(*context, [context] { context->stop(); });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        CHECK(pools.stats().connections == 0);
    }
    CHECK(right == 3000);
    CHECK(wrong == 0);
    CHECK(foreign == 0);
}

namespace {

using Opened = Result<std::unique_ptr<Connection>>;

/// Opens connections, except that the first few attempts throw.
struct Unlucky {
    int left = 0;

    static asio::awaitable<Opened> open(Unlucky* self, asio::io_context& context, ConnectOptions options,
                                        std::shared_ptr<CancelThreads> cancellers) {
        if (self->left > 0) {
            --self->left;
            throw std::runtime_error("on purpose");
        }
        Opened opened = co_await Connection::open(context, std::move(options), std::move(cancellers));
        co_return opened;
    }
};

}  // namespace

TEST_CASE("an exception while connecting is a failed attempt: callers are told, it is counted, the pool tries again") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        Unlucky unlucky{.left = 3};
        PoolOptions options = pool_options(1);
        options.min_backoff = 1ms;
        options.max_backoff = 5ms;
        options.open = [&](asio::io_context& loop, ConnectOptions connect, std::shared_ptr<CancelThreads> cancellers) {
            return Unlucky::open(&unlucky, loop, std::move(connect), std::move(cancellers));
        };
        const auto before = loan_manager::runtime::background_task("opening a connection").failures;
        Pool pool(context, options);
        const auto refused = co_await pool.execute(one);
        REQUIRE(refused.has_error());
        CHECK(refused.error().kind == Error::Kind::unavailable);
        const bool back = co_await eventually([&] { return pool.stats().idle == 1; });
        CHECK(back);
        CHECK(loan_manager::runtime::background_task("opening a connection").failures == before + 3);
        const auto answered = co_await pool.execute(one);
        CHECK(answered.has_value());
        CHECK(pool.stats().connections == 1);
        pool.close();
    });
}
