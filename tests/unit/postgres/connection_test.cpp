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

namespace {

constexpr Statement numbered[] = {{"lru.0", "SELECT 0 AS n"}, {"lru.1", "SELECT 1 AS n"}, {"lru.2", "SELECT 2 AS n"},
                                  {"lru.3", "SELECT 3 AS n"}, {"lru.4", "SELECT 4 AS n"}, {"lru.5", "SELECT 5 AS n"}};
constexpr Statement division{"lru.division", "SELECT 1 / 0"};

asio::awaitable<std::unique_ptr<Connection>> connect_with_room_for(asio::io_context& context, std::size_t statements) {
    ConnectOptions options = connect_options();
    options.max_statements = statements;
    auto opened = co_await Connection::open(context, options, nullptr);
    co_return std::move(opened).value();
}

/// What the server has prepared, by the digits of the names.
asio::awaitable<std::string> prepared_on(Connection& connection) {
    const std::string sql =
        "SELECT coalesce(string_agg(right(name, 1), '' ORDER BY name), '') FROM pg_prepared_statements";
    const auto rows = co_await connection.query(sql);
    co_return rows.value().front().get<std::string>(0);
}

asio::awaitable<void> use(Connection& connection, std::initializer_list<int> numbers) {
    for (const int number : std::vector<int>(numbers)) {
        const auto rows = co_await connection.execute(numbered[number]);
        CHECK(rows.value().front().get<int>("n") == number);
    }
}

}  // namespace

TEST_CASE("prepared statements are bounded: the one used least recently makes room") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect_with_room_for(context, 3);
        const std::initializer_list<int> first{0, 1, 2, 0};
        co_await use(*connection, first);
        const std::string full = co_await prepared_on(*connection);
        CHECK(full == "012");
        const std::initializer_list<int> next{3};
        co_await use(*connection, next);
        const std::string without_one = co_await prepared_on(*connection);
        CHECK(without_one == "023");
        const std::initializer_list<int> turns{1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5};
        co_await use(*connection, turns);
        const std::string last = co_await prepared_on(*connection);
        CHECK(last == "345");
    });
}

TEST_CASE("a batch may need more statements at once than the bound; the next one makes up for it") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect_with_room_for(context, 2);
        Batch batch;
        for (const Statement& statement : numbered) batch.add(statement);
        batch.add(numbered[0]);
        const auto rows = co_await connection->run(batch);
        REQUIRE(rows.has_value());
        for (int i = 0; i < 6; ++i) CHECK(rows.value()[static_cast<std::size_t>(i)].front().get<int>("n") == i);
        const std::string all = co_await prepared_on(*connection);
        CHECK(all == "012345");
        const std::initializer_list<int> again{5};
        co_await use(*connection, again);
        constexpr Statement other{"lru.9", "SELECT 9 AS n"};
        const auto nine = co_await connection->execute(other);
        CHECK(nine.has_value());
        const std::string bounded = co_await prepared_on(*connection);
        CHECK(bounded == "59");
    });
}

TEST_CASE("a statement that was to make room in a batch that failed before stays known") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect_with_room_for(context, 3);
        const std::initializer_list<int> first{0, 1};
        co_await use(*connection, first);
        const auto broken = co_await connection->execute(division);
        REQUIRE(broken.has_error());
        // The division fails before 0 and 1 would be deallocated for 2 and 3.
        Batch batch;
        batch.add(division).add(numbered[2]).add(numbered[3]);
        const auto failed = co_await connection->run(batch);
        CHECK(failed.error().is("22012"));
        const std::initializer_list<int> all{0, 1, 2, 3, 0, 1};
        co_await use(*connection, all);

        // In a failed transaction nothing can be deallocated; afterwards everything works again.
        const auto begun = co_await connection->query("BEGIN");
        REQUIRE(begun.has_value());
        const auto failing = co_await connection->execute(division);
        CHECK(failing.error().is("22012"));
        const auto refused = co_await connection->execute(numbered[5]);
        CHECK(refused.error().is(sqlstate::in_failed_transaction));
        const auto over = co_await connection->query("ROLLBACK");
        REQUIRE(over.has_value());
        const std::initializer_list<int> afterwards{5, 4, 3, 2, 1, 0};
        co_await use(*connection, afterwards);
        const std::string bounded = co_await prepared_on(*connection);
        CHECK(bounded == "012");
    });
}

TEST_CASE("what the server quotes of values is not in the text of an error") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        const auto created = co_await connection->script(
            "CREATE TYPE pg_temp.mood AS ENUM ('fine');"
            "CREATE TEMP TABLE people (name text CONSTRAINT people_name_key UNIQUE, age int CONSTRAINT "
            "people_age_check "
            "CHECK (age > 0), code varchar(3), mood pg_temp.mood, born date, at timestamptz, id uuid, data jsonb,"
            "must text NOT NULL DEFAULT '');"
            "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN RAISE EXCEPTION ''hidden: % is \"%\"'', NEW.name, NEW.name USING HINT = NEW.name; END';"
            "CREATE TEMP TABLE refused (name text);"
            "CREATE TRIGGER refuse BEFORE INSERT ON refused FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse();"
            "INSERT INTO people (name) VALUES ('s3cr3t')");
        created.value();
        struct Attempt {
            std::string sql;
            std::string value;
            std::string state;
            std::string says;
        };
        const std::vector<Attempt> attempts{
            {"INSERT INTO people (name) VALUES ($1)", "s3cr3t", "23505", "people_name_key"},
            {"INSERT INTO people (name, age) VALUES ($1, -1)", "s3cr3t-2", "23514", "people_age_check"},
            {"INSERT INTO people (name, must) VALUES ($1, NULL)", "s3cr3t-3", "23502", "must"},
            {"INSERT INTO people (id) VALUES ($1)", "s3cr3t", "22P02", "invalid input syntax for type uuid"},
            {"INSERT INTO people (age) VALUES ($1)", "s3cr3t", "22P02", "invalid input syntax for type integer"},
            {"INSERT INTO people (mood) VALUES ($1)", "s3cr3t", "22P02", "invalid input value for enum"},
            {"INSERT INTO people (born) VALUES ($1)", "s3cr3t", "22007", "invalid input syntax for type date"},
            {"INSERT INTO people (at) VALUES ($1)", "1999-13-45 s3cr3t", "22008", "date/time field value out of range"},
            {"INSERT INTO people (data) VALUES ($1)", "{s3cr3t", "22P02", "invalid input syntax for type json"},
            {"INSERT INTO people (code) VALUES ($1)", "s3cr3t", "22001", "value too long"},
            {"SELECT $1::text::int", "99999999999999933", "22003", "value"},
            {"INSERT INTO refused VALUES ($1)", "s3cr3t", "P0001", "hidden"},
            {"SELECT $1::text[]", "{s3cr3t", "22P02", "malformed array literal"},
        };
        for (const Attempt& attempt : attempts) {
            CAPTURE(attempt.sql);
            const Params params(attempt.value);
            const auto failed = co_await connection->query(attempt.sql, params);
            REQUIRE(failed.has_error());
            const Error& error = failed.error();
            CHECK(error.sqlstate == attempt.state);
            for (const std::string& text : {error.message, to_string(error), std::string(Failure(error).what())}) {
                CAPTURE(text);
                CHECK(text.find("s3cr3t") == std::string::npos);
                CHECK(text.find("99999") == std::string::npos);
            }
            CHECK(to_string(error).find(attempt.says) != std::string::npos);
        }
        const auto syntax = co_await connection->query("SELECT 's3cr3t' 's3cr3t'");
        REQUIRE(syntax.has_error());
        CHECK(to_string(syntax.error()).find("s3cr3t") == std::string::npos);
    });
}

TEST_CASE("a statement that waits for a lock gives up with an error that says so; nothing is compiled") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto holder = co_await connect(context);
        const auto made = co_await holder->script("CREATE TABLE locked_thing (id int)");
        REQUIRE(made.has_value());
        const auto held = co_await holder->script("BEGIN; LOCK TABLE locked_thing IN ACCESS EXCLUSIVE MODE");
        REQUIRE(held.has_value());
        ConnectOptions options = connect_options();
        options.lock_timeout = 20ms;
        auto opened = co_await Connection::open(context, options, nullptr);
        const std::unique_ptr<Connection> impatient = std::move(opened).value();
        const auto refused = co_await impatient->query("SELECT * FROM locked_thing");
        REQUIRE(refused.has_error());
        CHECK(refused.error().is(sqlstate::lock_not_available));
        CHECK(refused.error().kind == Error::Kind::server);
        const auto jit = co_await impatient->query("SHOW jit");
        CHECK(jit.value().front().get<std::string>(0) == "off");
        const auto freed = co_await holder->script("ROLLBACK");
        REQUIRE(freed.has_value());
        const auto dropped = co_await holder->script("DROP TABLE locked_thing");
        REQUIRE(dropped.has_value());
        const auto usable = co_await impatient->query("SELECT 1");
        CHECK(usable.has_value());
    });
}
