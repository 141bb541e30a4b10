#include "postgres/transaction.hpp"

#include "support.hpp"

#include <boost/asio/detached.hpp>

using namespace loan_manager::postgres;
using namespace loan_manager::postgres::testing;

namespace {

constexpr Statement create{"tx.create",
                           "CREATE TABLE IF NOT EXISTS tx_accounts (id int PRIMARY KEY, balance int NOT NULL)"};
constexpr Statement reset{"tx.reset", "TRUNCATE tx_accounts"};
constexpr Statement insert{"tx.insert", "INSERT INTO tx_accounts VALUES ($1::int, $2::int)"};
constexpr Statement total{"tx.total", "SELECT coalesce(sum(balance), 0)::int AS total FROM tx_accounts"};
constexpr Statement pay{"tx.pay", "UPDATE tx_accounts SET balance = balance + $2::int WHERE id = $1::int"};
constexpr Statement level{"tx.level",
                          "SELECT current_setting('transaction_isolation') AS isolation, "
                          "current_setting('transaction_read_only') AS read_only"};

asio::awaitable<void> prepare_accounts(Connection& connection) {
    const auto created = co_await connection.execute(create);
    created.value();
    const auto emptied = co_await connection.execute(reset);
    emptied.value();
}

asio::awaitable<int> sum(Connection& connection) {
    const auto rows = co_await connection.execute(total);
    co_return rows.value().front().get<int>("total");
}

}  // namespace

TEST_CASE("commit keeps, rollback and forgetting undo") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        const auto observer = co_await connect(context);
        co_await prepare_accounts(*connection);
        {
            Transaction transaction(*connection);
            const Params params(1, 10);
            const auto inserted = co_await transaction.execute(insert, params);
            inserted.value();
            CHECK(connection->in_transaction());
            int visible = co_await sum(*observer);
            CHECK(visible == 0);
            const auto committed = co_await transaction.commit();
            CHECK(committed.has_value());
            visible = co_await sum(*observer);
            CHECK(visible == 10);
            const auto twice = co_await transaction.commit();
            CHECK(twice.error().kind == Error::Kind::protocol);
        }
        {
            Transaction transaction(*connection);
            const Params params(2, 20);
            const auto inserted = co_await transaction.execute(insert, params);
            inserted.value();
            const auto rolled_back = co_await transaction.rollback();
            CHECK(rolled_back.has_value());
        }
        {
            Transaction forgotten(*connection);
            const Params params(3, 30);
            const auto inserted = co_await forgotten.execute(insert, params);
            inserted.value();
        }
        CHECK_FALSE(connection->is_usable());
        const auto refused = co_await connection->execute(total);
        CHECK(refused.error().kind == Error::Kind::protocol);
        const bool clean = co_await connection->recover(1s);
        CHECK(clean);
        const int left = co_await sum(*connection);
        CHECK(left == 10);
    });
}

TEST_CASE("a transaction in which nothing was done sends nothing") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        {
            Transaction transaction(*connection);
            const auto committed = co_await transaction.commit();
            CHECK(committed.has_value());
        }
        { const Transaction unused(*connection); }
        CHECK(connection->is_usable());
        CHECK_FALSE(connection->in_transaction());
        const auto rows = co_await connection->query("SELECT 1");
        CHECK(rows.has_value());
        CHECK_FALSE(connection->in_transaction());
    });
}

TEST_CASE("isolation and read only are set with BEGIN") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        TransactionOptions options;
        options.isolation = Isolation::serializable;
        options.read_only = true;
        Transaction transaction(*connection, options);
        const auto rows = co_await transaction.execute(level);
        CHECK(rows.value().front().get<std::string>("isolation") == "serializable");
        CHECK(rows.value().front().get<std::string>("read_only") == "on");
        const auto committed = co_await transaction.commit();
        CHECK(committed.has_value());
    });
}

TEST_CASE("commit of an aborted transaction is an error, not a success") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        Transaction transaction(*connection);
        const auto failed = co_await transaction.query("SELECT 1/0", Params());
        CHECK(failed.error().is("22012"));
        const auto committed = co_await transaction.commit();
        CHECK(committed.error().is(sqlstate::in_failed_transaction));
        CHECK(connection->is_usable());
        CHECK_FALSE(connection->in_transaction());
    });
}

TEST_CASE("the last batch of a transaction commits in the same round trip") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        co_await prepare_accounts(*connection);
        for (const bool fails : {false, true}) {
            Transaction transaction(*connection);
            Batch last;
            last.add(insert, Params(1, 5)).add(total);
            const auto answers = co_await transaction.commit_with(last);
            CHECK(answers.has_error() == fails);  // the second time the key exists
            CHECK(connection->is_usable());
            CHECK_FALSE(connection->in_transaction());
        }
        const int left = co_await sum(*connection);
        CHECK(left == 5);
    });
}

TEST_CASE("with_transaction commits a value and rolls back an error, a Failure and an exception") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        Pool pool(context, pool_options(1));
        {
            const auto lease = co_await pool.acquire();
            co_await prepare_accounts(*lease.value());
        }
        enum class End { value, error, failure, exception };
        End end = End::value;
        auto body = [&end](Transaction& transaction) -> asio::awaitable<Result<int>> {
            const Params params(static_cast<int>(end), 1);
            const auto inserted = co_await transaction.execute(insert, params);
            inserted.value();
            if (end == End::error) co_return Error(Error::Kind::conversion, "refused");
            if (end == End::failure) {
                const Params same(static_cast<int>(end), 1);
                const auto again = co_await transaction.execute(insert, same);
                again.value();
            }
            if (end == End::exception) throw std::runtime_error("not of this library");
            co_return 42;
        };
        const auto value = co_await with_transaction(pool, TransactionOptions(), body);
        CHECK(value.value() == 42);
        end = End::error;
        const auto error = co_await with_transaction(pool, TransactionOptions(), body);
        CHECK(error.error().message == "refused");
        end = End::failure;
        const auto failure = co_await with_transaction(pool, TransactionOptions(), body);
        CHECK(failure.error().is(sqlstate::unique_violation));
        end = End::exception;
        bool thrown = false;
        try {
            const auto never = co_await with_transaction(pool, TransactionOptions(), body);
            static_cast<void>(never);
        } catch (const std::runtime_error&) {
            thrown = true;
        }
        CHECK(thrown);
        {
            const auto lease = co_await pool.acquire();
            const int left = co_await sum(*lease.value());
            CHECK(left == 1);
        }
        CHECK(pool.stats().opened == 1);
        pool.close();
    });
}

TEST_CASE("serialization failures and deadlocks are repeated until everybody got through") {
    for (const Isolation isolation : {Isolation::read_committed, Isolation::serializable}) {
        run([isolation](asio::io_context& context) -> asio::awaitable<void> {
            PoolOptions pool_settings = pool_options(4);
            pool_settings.connect.dsn.set("options", "-c deadlock_timeout=10ms");
            pool_settings.acquire_timeout = 20s;
            Pool pool(context, pool_settings);
            {
                const auto lease = co_await pool.acquire();
                co_await prepare_accounts(*lease.value());
                for (int id = 0; id < 2; ++id) {
                    const Params params(id, 100);
                    const auto inserted = co_await lease.value()->execute(insert, params);
                    inserted.value();
                }
            }
            int attempts = 0;
            int halfway = 0;
            int done = 0;
            std::optional<Error> problem;
            const auto payer = [&](int number) -> asio::awaitable<void> {
                // Two that lock in opposite orders, each waiting until the other is halfway, cannot both get through.
                auto body = [&, number](Transaction& transaction) -> asio::awaitable<Result<int>> {
                    ++attempts;
                    for (int step = 0; step < 2; ++step) {
                        const Params params((number + step) % 2, 1);
                        const auto paid = co_await transaction.execute(pay, params);
                        if (paid.has_error()) co_return paid.error();
                        ++halfway;
                        const bool both = co_await eventually([&] { return halfway >= 2; });
                        if (!both) co_return Error(Error::Kind::protocol, "the other one did not come");
                    }
                    co_return 0;
                };
                TransactionOptions options;
                options.isolation = isolation;
                options.max_retries = 200;
                const auto paid = co_await with_transaction(pool, options, body);
                if (paid.has_error()) problem = paid.error();
                ++done;
            };
            for (int number = 0; number < 2; ++number) {
                asio::co_spawn(context, payer(number), asio::detached);
            }
            const bool all = co_await eventually([&] { return done == 2; });
            REQUIRE(all);
            CHECK_MESSAGE(!problem, to_string(problem.value_or(Error())));
            CHECK(attempts > 2);
            {
                const auto lease = co_await pool.acquire();
                const int left = co_await sum(*lease.value());
                CHECK(left == 200 + 4);
            }
            pool.close();
        });
    }
}
