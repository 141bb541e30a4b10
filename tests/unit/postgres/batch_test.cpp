#include "support.hpp"

using namespace loan_manager::postgres;
using namespace loan_manager::postgres::testing;

namespace {

constexpr Statement insert_item{"batch.insert", "INSERT INTO items VALUES ($1::int, $2)"};
constexpr Statement count_items{"batch.count", "SELECT count(*) AS n FROM items"};
constexpr Statement never_reached{"batch.never_reached", "SELECT 'first used after an error' AS text"};
constexpr Statement all_items{"batch.all", "SELECT * FROM items"};

asio::awaitable<std::unique_ptr<Connection>> connect_with_items(asio::io_context& context) {
    auto connection = co_await connect(context);
    const auto created = co_await connection->script("CREATE TEMP TABLE items (id int PRIMARY KEY, name text)");
    created.value();
    co_return connection;
}

asio::awaitable<int> count(Connection& connection) {
    const auto rows = co_await connection.execute(count_items);
    co_return rows.value().front().get<int>("n");
}

}  // namespace

TEST_CASE("a batch answers each statement, in order") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect_with_items(context);
        Batch batch;
        batch.begin().add(insert_item, Params(1, "one")).add(insert_item, Params(2, nullptr));
        batch.add(count_items).query("SELECT name FROM items WHERE id = $1", Params(1)).commit();
        CHECK(batch.size() == 4);
        const auto answers = co_await connection->run(batch);
        REQUIRE(answers.has_value());
        REQUIRE(answers.value().size() == 4);
        CHECK(answers.value()[0].affected() == 1);
        CHECK(answers.value()[2].front().get<int>("n") == 2);
        CHECK(answers.value()[3].front().get<std::string>("name") == "one");
        CHECK_FALSE(connection->in_transaction());

        const Batch nothing;
        const auto no_answers = co_await connection->run(nothing);
        CHECK(no_answers.value().empty());
    });
}

TEST_CASE("an error in the middle of a batch undoes all of it and leaves the connection usable") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect_with_items(context);
        for (const bool explicit_transaction : {false, true}) {
            Batch batch;
            if (explicit_transaction) batch.begin();
            batch.add(insert_item, Params(1, "one")).add(insert_item, Params(1, "again")).add(never_reached);
            if (explicit_transaction) batch.commit();
            const auto answers = co_await connection->run(batch);
            REQUIRE(answers.has_error());
            CHECK(answers.error().is(sqlstate::unique_violation));
            CHECK(answers.error().batch_index == 1);
            CHECK(connection->is_usable());
            CHECK_FALSE(connection->in_transaction());
            const int left = co_await count(*connection);
            CHECK(left == 0);
        }
        const auto prepared_now = co_await connection->execute(never_reached);
        CHECK(prepared_now.has_value());
    });
}

TEST_CASE("a batch with a stale plan is repeated as a whole") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect_with_items(context);
        const auto known = co_await connection->execute(all_items);
        known.value();
        const auto altered = co_await connection->script("ALTER TABLE items ADD COLUMN extra int");
        altered.value();
        Batch batch;
        batch.begin().add(insert_item, Params(7, "seven")).add(all_items).commit();
        const auto answers = co_await connection->run(batch);
        REQUIRE(answers.has_value());
        CHECK(answers.value()[1].columns() == 3);
        const int rows = co_await count(*connection);
        CHECK(rows == 1);
    });
}

TEST_CASE("a long batch of small statements") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect_with_items(context);
        Batch batch;
        for (int id = 0; id < 5000; ++id) {
            batch.add(insert_item, Params(id, "x"));
        }
        const auto answers = co_await connection->run(batch);
        REQUIRE(answers.has_value());
        const int rows = co_await count(*connection);
        CHECK(rows == 5000);
    });
}
