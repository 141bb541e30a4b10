#include "support.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>

using namespace loan_manager::postgres;
using namespace loan_manager::postgres::testing;

namespace {
constexpr Statement add{"test.add", "SELECT $1::int + $2::int AS sum"};
constexpr Statement add_changed{"test.add", "SELECT $1::int - $2::int AS sum"};
constexpr Statement prepared_names{"test.prepared_names",
                                   "SELECT count(*) AS n FROM pg_prepared_statements WHERE name = $1"};
constexpr Statement broken_sql{"test.broken", "SELEKT 1"};
constexpr Statement read_shape{"test.read_shape", "SELECT * FROM shape"};
}  // namespace

TEST_CASE("a statement is prepared once per connection") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        for (int number = 0; number < 3; ++number) {
            const Params params(number, 10);
            const auto rows = co_await connection->execute(add, params);
            CHECK(rows.value().front().get<int>("sum") == number + 10);
        }
        const Params name("test.add");
        const auto known = co_await connection->execute(prepared_names, name);
        CHECK(known.value().front().get<int>(0) == 1);

        const Params params(1, 2);
        const auto same_name = co_await connection->execute(add_changed, params);
        CHECK(same_name.error().kind == Error::Kind::protocol);
    });
}

TEST_CASE("rows can be counted, walked and asked what happened") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        const auto rows = co_await connection->query("SELECT n, n * n AS square FROM generate_series(1, 4) n");
        int sum = 0;
        for (const Row row : rows.value()) {
            sum += row.get<int>("square");
        }
        CHECK(sum == 30);
        CHECK(rows.value().size() == 4);
        CHECK(rows.value().columns() == 2);
        CHECK(rows.value()[2].get<int>(0) == 3);

        const auto created = co_await connection->script("CREATE TEMP TABLE t (x int); INSERT INTO t VALUES (1), (2)");
        created.value();
        const auto updated = co_await connection->query("UPDATE t SET x = x + 1");
        CHECK(updated.value().affected() == 2);
        CHECK(updated.value().command_tag() == "UPDATE 2");
        const auto none = co_await connection->query("SELECT x FROM t WHERE x > 100");
        CHECK(none.value().empty());
        CHECK_THROWS_AS(static_cast<void>(none.value().front()), Failure);
    });
}

TEST_CASE("an error of the server carries its SQLSTATE and names, and the connection goes on") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        const auto created = co_await connection->script(
            "CREATE TEMP TABLE plates (plate text CONSTRAINT plates_unique UNIQUE); INSERT INTO plates VALUES ('A')");
        created.value();
        const auto twice = co_await connection->query("INSERT INTO plates VALUES ('A')");
        REQUIRE(twice.has_error());
        const Error error = twice.error();
        CHECK(error.kind == Error::Kind::server);
        CHECK(error.is(sqlstate::unique_violation));
        CHECK(error.constraint == "plates_unique");
        CHECK(error.table == "plates");
        CHECK_FALSE(error.detail.empty());
        CHECK_FALSE(error.is_retryable());

        const auto syntax = co_await connection->execute(broken_sql);
        CHECK(syntax.error().is("42601"));
        const auto again = co_await connection->execute(broken_sql);
        CHECK(again.error().is("42601"));
        const auto script = co_await connection->script("SELECT 1; SELECT 1/0; SELECT 2");
        CHECK(script.error().is("22012"));
        const auto fine = co_await connection->query("SELECT 1 AS one");
        CHECK(fine.value().front().get<int>("one") == 1);
    });
}

TEST_CASE("a plan made stale by DDL is prepared again unseen, outside a transaction") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        const auto created =
            co_await connection->script("CREATE TEMP TABLE shape (a int); INSERT INTO shape VALUES (1)");
        created.value();
        const auto before = co_await connection->execute(read_shape);
        CHECK(before.value().columns() == 1);
        const auto altered = co_await connection->script("ALTER TABLE shape ADD COLUMN b text DEFAULT 'new'");
        altered.value();
        const auto after_change = co_await connection->execute(read_shape);
        CHECK(after_change.value().columns() == 2);

        const auto begun = co_await connection->script("BEGIN; ALTER TABLE shape ADD COLUMN c int");
        begun.value();
        const auto stale = co_await connection->execute(read_shape);
        REQUIRE(stale.has_error());
        CHECK(stale.error().stale_plan);
        CHECK(stale.error().is_retryable());
        const auto rolled_back = co_await connection->script("ROLLBACK");
        rolled_back.value();
        const auto recovered = co_await connection->execute(read_shape);
        CHECK(recovered.value().columns() == 2);
    });
}

TEST_CASE("statements that somebody deallocated are prepared again") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        const Params params(1, 2);
        const auto first = co_await connection->execute(add, params);
        first.value();
        const auto discarded = co_await connection->script("DEALLOCATE ALL");
        discarded.value();
        const auto second = co_await connection->execute(add, params);
        CHECK(second.value().front().get<int>("sum") == 3);
    });
}

TEST_CASE("parameters and results larger than the socket buffers do not block either side") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        const std::string large(32 * 1024 * 1024, 'x');
        const Params params(large);
        const auto echoed = co_await connection->query("SELECT $1::text AS value", params, after(25s));
        CHECK(echoed.value().front().get<std::string_view>("value") == large);
        // Many answers come back while most of the batch is still to be sent.
        const std::string part(512 * 1024, 'y');
        Batch batch;
        for (int index = 0; index < 40; ++index) {
            batch.query("SELECT $1::text", Params(part));
        }
        const auto answers = co_await connection->run(batch, after(25s));
        REQUIRE(answers.has_value());
        CHECK(answers.value().size() == 40);
        CHECK(answers.value().back().front().get<std::string_view>(0) == part);
    });
}

TEST_CASE("a lost connection is told as unavailable and stays broken") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto administrator = co_await connect(context);
        const auto connection = co_await connect(context);
        co_await terminate(*administrator, connection->backend_pid());
        const auto lost = co_await connection->query("SELECT 1");
        REQUIRE(lost.has_error());
        CHECK(lost.error().kind == Error::Kind::unavailable);
        CHECK(connection->is_broken());
        const auto still = co_await connection->query("SELECT 1");
        CHECK(still.error().kind == Error::Kind::unavailable);
    });
}

TEST_CASE("an idle connection notices that the server has closed it") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto administrator = co_await connect(context);
        const auto connection = co_await connect(context);
        CHECK(connection->is_alive());
        co_await terminate(*administrator, connection->backend_pid());
        const bool noticed = co_await eventually([&] { return !connection->is_alive(); });
        CHECK(noticed);
        CHECK(connection->is_broken());
    });
}

TEST_CASE("a connection lost in the middle of a statement says why") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto administrator = co_await connect(context);
        const auto victim = co_await connect(context);
        const int pid = victim->backend_pid();
        std::optional<Error> error;
        const auto sleeper = [&]() -> asio::awaitable<void> {
            const auto slept = co_await victim->query("SELECT pg_sleep(20)");
            if (slept.has_error()) error = slept.error();
        };
        asio::co_spawn(context, sleeper(), asio::detached);
        co_await terminate(*administrator, pid);
        const bool ended = co_await eventually([&] { return error.has_value(); });
        REQUIRE(ended);
        CHECK(error->kind == Error::Kind::unavailable);
        CHECK(error->is("57P01"));
    });
}

TEST_CASE("connecting to nobody, or as nobody, is unavailable") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        ConnectOptions nobody = connect_options("postgresql://postgres@127.0.0.1:1/x");
        const auto refused = co_await Connection::open(context, nobody, nullptr);
        CHECK(refused.error().kind == Error::Kind::unavailable);

        ConnectOptions unknown = connect_options();
        unknown.dsn.set("dbname", "no_such_database");
        const auto no_database = co_await Connection::open(context, unknown, nullptr);
        CHECK(no_database.error().kind == Error::Kind::unavailable);
        CHECK(no_database.error().message.find("no_such_database") != std::string::npos);

        ConnectOptions unresolved = connect_options("postgresql://postgres@no-such-host.invalid/x");
        const auto no_host = co_await Connection::open(context, unresolved, nullptr);
        CHECK(no_host.error().kind == Error::Kind::unavailable);
    });
}

TEST_CASE("a server that accepts and then says nothing costs no more than the connect timeout") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const asio::ip::tcp::endpoint any(asio::ip::address_v4::loopback(), 0);
        const asio::ip::tcp::acceptor silent(context, any);
        const std::string port = std::to_string(silent.local_endpoint().port());
        ConnectOptions options = connect_options("postgresql://postgres@127.0.0.1:" + port + "/x");
        options.connect_timeout = 50ms;
        const auto timed_out = co_await Connection::open(context, options, nullptr);
        CHECK(timed_out.error().kind == Error::Kind::unavailable);
    });
}

TEST_CASE("a host name is resolved without libpq") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        ConnectOptions options = connect_options();
        if (options.dsn.get("host") == "127.0.0.1") options.dsn.set("host", "localhost");
        const auto opened = co_await Connection::open(context, options, nullptr);
        CHECK(opened.has_value());
    });
}
