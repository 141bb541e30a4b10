#include "commands/runner.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include "testing/error_codes.hpp"

#include <unistd.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "loanmanager/fleet/v1/bikes.pb.h"
#include "postgres/connection.hpp"
#include "runtime/log.hpp"
#include "runtime/uuid.hpp"

using namespace loan_manager;
namespace asio = boost::asio;
namespace v1 = loanmanager::fleet::v1;

namespace {

template <class T>
T run_on(asio::io_context& context, asio::awaitable<T> work) {
    auto done = asio::co_spawn(context, std::move(work), asio::use_future);
    context.restart();
    // The pool always has a timer running, so the context itself never comes to an end.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (done.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        if (context.run_one_until(deadline) == 0) {
            throw std::runtime_error("the work does not end");
        }
    }
    return done.get();
}

// The journal tables are all that the runner itself needs.
constexpr const char* schema = R"(
    CREATE SCHEMA fleet;
    CREATE TABLE fleet.audit_log (id uuid, at timestamptz, user_id uuid, username text, roles text[], action text,
        entity_type text, entity_id uuid, entity_no text, branch_id uuid, old jsonb, new jsonb, reason text, ip inet,
        user_agent text, request_id text);
    CREATE TABLE fleet.outbox (seq bigint GENERATED ALWAYS AS IDENTITY, at timestamptz, event_type text,
        entity_type text, entity_id uuid, bicycle_id uuid, payload jsonb);
    CREATE TABLE fleet.idempotency_keys (user_id uuid, key text, fingerprint text, status integer, body bytea,
        expires_at timestamptz, PRIMARY KEY (user_id, key));
    CREATE TABLE things (id integer PRIMARY KEY, note text);
    CREATE TABLE people (name text CONSTRAINT people_name_check CHECK (length(name) < 3), age integer);
)";

class Database {
public:
    Database() : name_("lm_commands_test_" + std::to_string(getpid())) {
        const char* server = std::getenv("LM_TEST_POSTGRES");
        if (server == nullptr) {
            throw std::runtime_error("LM_TEST_POSTGRES names no PostgreSQL server: run the tests with ./dev test");
        }
        dsn_ = postgres::Dsn::parse(server).value();
        script(dsn_, "CREATE DATABASE " + name_);
        own_ = dsn_;
        own_.set("dbname", name_);
        script(own_, schema);
    }
    ~Database() {
        pools.reset();
        context.restart();
        context.poll();
        script(dsn_, "DROP DATABASE " + name_ + " WITH (FORCE)");
    }

    void script(const postgres::Dsn& dsn, const std::string& sql) {
        asio::io_context own;
        postgres::ConnectOptions options;
        options.dsn = dsn;
        run_on(own, apply(own, options, sql));
    }
    std::string value(const std::string& sql) { return run_on(context, read(*this, sql)); }

    void open() {
        postgres::PoolOptions options;
        options.connect.dsn = own_;
        pools = std::make_unique<postgres::PoolGroup>(std::vector<asio::io_context*>{&context}, options);
    }

    asio::io_context context;
    std::unique_ptr<postgres::PoolGroup> pools;

private:
    static asio::awaitable<void> apply(asio::io_context& context, postgres::ConnectOptions options, std::string sql) {
        auto opened = co_await postgres::Connection::open(context, options, nullptr);
        auto connection = std::move(opened).value();
        const auto done = co_await connection->script(sql);
        done.value();
    }
    static asio::awaitable<std::string> read(Database& database, std::string sql) {
        const auto rows = (co_await database.pools->local().query(sql, postgres::Params())).value();
        co_return rows.empty() ? std::string() : rows.front().get<std::string>(0);
    }

    std::string name_;
    postgres::Dsn dsn_, own_;
};

Database& database() {
    static Database one;
    static const bool opened = (one.open(), true);
    static_cast<void>(opened);
    return one;
}

/// A command whose body is a function; counts its attempts.
struct Probe {
    using Body = asio::awaitable<rpc::Result<v1::Bike>> (*)(commands::CommandContext&, int attempt);
    explicit Probe(Body chosen) : body(chosen) {}

    static asio::awaitable<rpc::Result<v1::Bike>> execute(commands::CommandContext& command, const v1::GetBikeRequest&,
                                                          Probe& probe) {
        command.refuse_with([](const postgres::Error& error) {
            return error.constraint == "things_pkey" ? std::optional(rpc::Error("DUPLICATE")) : std::nullopt;
        });
        if (const auto go = co_await command.read(); !go) co_return go.error();
        co_return co_await probe.body(command, ++probe.attempts);
    }

    Body body;
    int attempts = 0;
};

rpc::CallContext call(const std::string& key = "") {
    rpc::CallContext context;
    context.method = "/test/Probe";
    context.request_id = "request-1";
    context.caller.user_id = "00000000-0000-7000-8000-000000000001";
    context.caller.username = "probe";
    context.idempotency_key = key;
    context.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    context.client_ip = "not an address";
    return context;
}

v1::GetBikeRequest request() {
    v1::GetBikeRequest request;
    request.set_id("00000000-0000-7000-8000-0000000000ff");
    return request;
}

rpc::Result<v1::Bike> run(Probe& probe, rpc::CallContext& context) {
    commands::Runner runner(*database().pools, commands::RunnerOptions());
    const auto asked = request();
    return run_on(database().context, runner.run(context, asked, &Probe::execute, probe));
}

constexpr postgres::Statement insert_thing{"probe.insert", "INSERT INTO things VALUES ($1, $2)"};

asio::awaitable<rpc::Result<v1::Bike>> make_thing(commands::CommandContext& command, int) {
    command.with_commit(insert_thing, postgres::Params(1, "made"));
    commands::Change change;
    change.action = "THING_MADE";
    change.entity_type = "thing";
    command.record(std::move(change));
    v1::Bike bike;
    bike.set_title("thing");
    co_return bike;
}

// SQLSTATE 40001 twice, as another transaction would cause it.
asio::awaitable<rpc::Result<v1::Bike>> fail_twice(commands::CommandContext& command, int attempt) {
    const std::string raise = "DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$";
    if (attempt <= 2) {
        const auto failed = co_await command.transaction().query(raise, postgres::Params());
        static_cast<void>(failed.value());
    }
    command.with_commit(insert_thing, postgres::Params(100 + attempt, "late"));
    co_return v1::Bike();
}

asio::awaitable<rpc::Result<v1::Bike>> fail_always(commands::CommandContext& command, int) {
    const std::string raise = "DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$";
    const auto failed = co_await command.transaction().query(raise, postgres::Params());
    static_cast<void>(failed.value());
    co_return v1::Bike();
}

asio::awaitable<rpc::Result<v1::Bike>> refuse_after_writing(commands::CommandContext& command, int) {
    const postgres::Params params(200, "never");
    static_cast<void>((co_await command.transaction().execute(insert_thing, params)).value());
    co_return rpc::Error("INVALID_STATE");
}

asio::awaitable<rpc::Result<v1::Bike>> accept(commands::CommandContext& command, int) {
    command.set_http_status(202);
    co_return v1::Bike();
}

asio::awaitable<rpc::Result<v1::Bike>> repeat_a_note(commands::CommandContext& command, int) {
    command.with_commit(insert_thing, postgres::Params(301, "once"));
    co_return v1::Bike();
}

asio::awaitable<rpc::Result<v1::Bike>> break_a_check(commands::CommandContext& command, int) {
    const std::string raise =
        "DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '23514', CONSTRAINT = 'nobodys'; END $$";
    static_cast<void>((co_await command.transaction().query(raise, postgres::Params())).value());
    co_return v1::Bike();
}

asio::awaitable<rpc::Result<v1::Bike>> overflow(commands::CommandContext& command, int) {
    const std::string sum = "SELECT (999999999999.99::numeric(14, 2) + 1)::numeric(14, 2)";
    static_cast<void>((co_await command.transaction().query(sum, postgres::Params())).value());
    co_return v1::Bike();
}

asio::awaitable<rpc::Result<v1::Bike>> find_issue(commands::CommandContext& command, int) {
    command.issue("color", "not_found");
    co_return v1::Bike();
}

}  // namespace

TEST_CASE("D-218 a command leaves its rows, its audit row and its event, or nothing") {
    Probe probe(make_thing);
    auto context = call();
    REQUIRE(run(probe, context).has_value());
    CHECK(database().value("SELECT note FROM things WHERE id = 1") == "made");
    CHECK(database().value("SELECT action FROM fleet.audit_log") == "THING_MADE");
    CHECK(database().value("SELECT event_type FROM fleet.outbox") == "thing.made");

    // The same row again violates the key while committing: a business error, and no second audit row.
    auto again = call("key-that-must-not-be-stored");
    Probe second(make_thing);
    CHECK(run(second, again).error().code == "DUPLICATE");
    CHECK(second.attempts == 1);
    CHECK(database().value("SELECT count(*)::text FROM fleet.audit_log") == "1");
    CHECK(database().value("SELECT count(*)::text FROM fleet.idempotency_keys") == "0");

    Probe refused(refuse_after_writing);
    auto third = call();
    CHECK(run(refused, third).error().code == "INVALID_STATE");
    CHECK(database().value("SELECT count(*)::text FROM things WHERE id = 200") == "0");
}

TEST_CASE("D-211 what a command does not say about a constraint, the table of its service says") {
    Probe probe(repeat_a_note);
    auto context = call();
    commands::RunnerOptions options;
    options.constraints = {{"things_note_key", "DUPLICATE", "note", "duplicate"}};
    database().value("CREATE UNIQUE INDEX IF NOT EXISTS things_note_key ON things (note)");
    database().value("INSERT INTO things VALUES (300, 'once') RETURNING note");
    commands::Runner runner(*database().pools, options);
    const auto asked = request();
    const auto outcome = run_on(database().context, runner.run(context, asked, &Probe::execute, probe));
    database().value("DROP INDEX things_note_key");
    REQUIRE(outcome.has_error());
    CHECK(outcome.error().code == "DUPLICATE");
    CHECK(outcome.error().details == std::vector<rpc::FieldIssue>{{"note", "duplicate"}});
    // One that no table names is nothing a client did.
    Probe unknown(break_a_check);
    CHECK(run(unknown, context).error().code == "INTERNAL");
}

TEST_CASE("D-211 an answer that outgrows its column is the client's matter, and says of which field") {
    Probe probe(overflow);
    auto context = call();
    const auto outcome = run(probe, context);
    REQUIRE(outcome.has_error());
    CHECK(outcome.error().code == "VALIDATION");
    CHECK(outcome.error().details == std::vector<rpc::FieldIssue>{{"total_cost", "out_of_range"}});
}

TEST_CASE("D-215 a key that was stored while the clock was ahead is brought back, and not forgotten") {
    Probe probe(accept);
    auto context = call("key-of-the-future");
    REQUIRE(run(probe, context).has_value());
    database().value(
        "UPDATE fleet.idempotency_keys SET expires_at = now() + interval '1 year'"
        " WHERE key = 'key-of-the-future' RETURNING key");
    commands::Runner runner(*database().pools, commands::RunnerOptions());
    static_cast<void>(run_on(database().context, runner.sweep()).value());
    CHECK(
        database().value("SELECT (expires_at BETWEEN now() + interval '23 hours' AND now() + interval '25 hours')::text"
                         " FROM fleet.idempotency_keys WHERE key = 'key-of-the-future'") == "true");
    database().value("DELETE FROM fleet.idempotency_keys WHERE key = 'key-of-the-future' RETURNING key");
}

TEST_CASE("D-218 serialization failures and deadlocks are repeated, then UNAVAILABLE") {
    Probe probe(fail_twice);
    auto context = call();
    REQUIRE(run(probe, context).has_value());
    CHECK(probe.attempts == 3);
    CHECK(database().value("SELECT count(*)::text FROM things WHERE note = 'late'") == "1");

    Probe hopeless(fail_always);
    auto other = call();
    const auto outcome = run(hopeless, other);
    CHECK(outcome.error().code == "UNAVAILABLE");
    CHECK(hopeless.attempts == 4);
}

TEST_CASE("D-218 each repetition waits its turn first") {
    struct Pauses {
        static asio::awaitable<void> count(std::vector<int>& attempts, int attempt) {
            attempts.push_back(attempt);
            co_return;
        }
    };
    std::vector<int> attempts;
    commands::RunnerOptions options;
    options.pause = [&](int attempt) { return Pauses::count(attempts, attempt); };
    commands::Runner runner(*database().pools, options);
    const auto asked = request();

    Probe hopeless(fail_always);
    auto context = call();
    CHECK(run_on(database().context, runner.run(context, asked, &Probe::execute, hopeless)).error().code ==
          "UNAVAILABLE");
    CHECK(attempts == std::vector<int>{1, 2, 3});

    attempts.clear();
    Probe refused(refuse_after_writing);
    auto other = call();
    CHECK(run_on(database().context, runner.run(other, asked, &Probe::execute, refused)).error().code ==
          "INVALID_STATE");
    CHECK(attempts.empty());
}

TEST_CASE("expired answers are removed in small steps") {
    static_assert(commands::Runner::sweep_step <= 500);
    database().value(
        "INSERT INTO fleet.idempotency_keys SELECT gen_random_uuid(), 'key-' || n, '', 200, '', now() - interval '1 "
        "day'"
        " FROM generate_series(1, 700) n RETURNING key");
    commands::Runner runner(*database().pools, commands::RunnerOptions());
    CHECK(run_on(database().context, runner.sweep()).value() == 500);
    CHECK(run_on(database().context, runner.sweep()).value() == 200);
    CHECK(run_on(database().context, runner.sweep()).value() == 0);
}

TEST_CASE("D-215 a stored answer is replayed with its status, until it expires") {
    Probe probe(accept);
    auto context = call("replayed-key");
    REQUIRE(run(probe, context).has_value());
    auto again = call("replayed-key");
    REQUIRE(run(probe, again).has_value());
    CHECK(probe.attempts == 1);
    const std::vector<std::pair<std::string, std::string>> expected{{"idempotency-replayed", "true"},
                                                                    {"http-status", "202"}};
    CHECK((again.reply_metadata == expected));

    auto other_request = call("replayed-key");
    other_request.idempotency_fingerprint = std::string(64, '0');
    CHECK(run(probe, other_request).error().code == "IDEMPOTENCY_MISMATCH");

    database().value("UPDATE fleet.idempotency_keys SET expires_at = now() - interval '1 second' RETURNING key");
    auto late = call("replayed-key");
    REQUIRE(run(probe, late).has_value());
    CHECK(probe.attempts == 2);

    database().value("UPDATE fleet.idempotency_keys SET expires_at = now() - interval '1 second' RETURNING key");
    commands::Runner runner(*database().pools, commands::RunnerOptions());
    CHECK(run_on(database().context, runner.sweep()).value() == 1);
    CHECK(database().value("SELECT count(*)::text FROM fleet.idempotency_keys") == "0");
}

TEST_CASE("D-210 issues of the gateway and of the body end as one VALIDATION, also when the body forgets to ask") {
    Probe probe(find_issue);
    auto context = call();
    context.field_issues.push_back({"year", "type"});
    const auto outcome = run(probe, context);
    REQUIRE(outcome.has_error());
    CHECK(outcome.error().code == "VALIDATION");
    CHECK(outcome.error().details.size() == 2);
}

TEST_CASE("D-214 If-Match against the version under lock") {
    auto context = call();
    CHECK(commands::check_version(context, 3).has_value());
    context.if_match = 3;
    CHECK(commands::check_version(context, 3).has_value());
    CHECK(commands::check_version(context, 4).error().code == "PRECONDITION_FAILED");
}

namespace {

/// The process's log in a file, for the time of a test.
class Log {
public:
    Log() : file_(std::filesystem::temp_directory_path() / ("lm_commands_log_" + std::to_string(getpid()))) {
        runtime::log::Options options;
        options.service = "test";
        options.file = file_;
        runtime::log::open(options);
    }
    ~Log() {
        runtime::log::close();
        std::filesystem::remove(file_);
    }
    std::string text() const {
        runtime::log::close();
        std::ifstream in(file_);
        return {std::istreambuf_iterator<char>(in), {}};
    }

private:
    std::filesystem::path file_;
};

constexpr postgres::Statement insert_person{"probe.person", "INSERT INTO people VALUES ($1, $2)"};

asio::awaitable<rpc::Result<v1::Bike>> violate_check(commands::CommandContext& command, int) {
    command.with_commit(insert_person, postgres::Params("s3cr3t-name", 4711));
    co_return v1::Bike();
}

asio::awaitable<rpc::Result<v1::Bike>> violate_type(commands::CommandContext& command, int) {
    const postgres::Params params("x", "s3cr3t-age");
    static_cast<void>((co_await command.transaction().execute(insert_person, params)).value());
    co_return v1::Bike();
}

asio::awaitable<rpc::Result<v1::Bike>> wait_for_lock(commands::CommandContext& command, int) {
    const std::string raise =
        "DO $$ BEGIN RAISE EXCEPTION 'canceling s3cr3t' USING ERRCODE = '55P03', DETAIL = 's3cr3t'; END $$";
    static_cast<void>((co_await command.transaction().query(raise, postgres::Params())).value());
    co_return v1::Bike();
}

}  // namespace

TEST_CASE("the log of a database error has the request and the constraint, and no value") {
    for (const auto body : {violate_check, violate_type}) {
        const Log log;
        auto context = call();
        context.request_id = "request-of-the-log-test";
        Probe probe(body);
        CHECK(run(probe, context).error().code == "INTERNAL");
        const std::string text = log.text();
        CAPTURE(text);
        CHECK(text.find("database error") != std::string::npos);
        CHECK(text.find("request-of-the-log-test") != std::string::npos);
        CHECK(text.find(body == violate_check ? "people_name_check" : "invalid input syntax for type integer") !=
              std::string::npos);
        CHECK(text.find("s3cr3t") == std::string::npos);
        CHECK(text.find("4711") == std::string::npos);
    }
}

TEST_CASE("D-211 a lock that is not had in time is UNAVAILABLE with a time to come back, not INTERNAL") {
    Probe probe(wait_for_lock);
    auto context = call();
    const auto outcome = run(probe, context);
    CHECK(outcome.error().code == "UNAVAILABLE");
    CHECK(outcome.error().retry_after_seconds > 0);
}
