// Which plans the server makes: looking at what it says of itself.
#include "postgres/transaction.hpp"
#include "support.hpp"

using namespace loan_manager::postgres;
using namespace loan_manager::postgres::testing;

namespace {

constexpr const char* mode_sql = "SELECT current_setting('plan_cache_mode') AS mode";
constexpr Statement look_up{"planning.look_up", mode_sql};
constexpr Statement list{"planning.list", mode_sql, Planning::by_value};
constexpr Statement by_key{"planning.by_key", "SELECT name FROM items WHERE id = $1::int"};
constexpr Statement plans{"planning.plans",
                          "SELECT generic_plans AS generic, custom_plans AS custom FROM pg_prepared_statements "
                          "WHERE name = $1"};
constexpr Statement wrong{"planning.wrong", "SELECT 1 / $1::int"};

constexpr const char* generic = "force_generic_plan";

asio::awaitable<std::string> mode(Connection& connection, const Statement& statement) {
    const auto rows = co_await connection.execute(statement);
    co_return rows.value().front().get<std::string>("mode");
}

}  // namespace

TEST_CASE("a look-up is planned once for any value, though its table was never analysed") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        const auto created = co_await connection->script("CREATE TEMP TABLE items (id int PRIMARY KEY, name text)");
        created.value();
        for (int id = 0; id != 8; ++id) {
            const Params params(id);
            const auto found = co_await connection->execute(by_key, params);
            CHECK(found.has_value());
        }
        const Params name("planning.by_key");
        const auto seen = co_await connection->execute(plans, name);
        CHECK(seen.value().front().get<int>("generic") == 8);
        CHECK(seen.value().front().get<int>("custom") == 0);
    });
}

TEST_CASE("look-ups and lists take turns on a connection, each with its own planning") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        for (int turn = 0; turn != 2; ++turn) {
            const std::string of_look_up = co_await mode(*connection, look_up);
            CHECK(of_look_up == generic);
            const std::string of_list = co_await mode(*connection, list);
            CHECK(of_list == "auto");
        }
        // What is composed and not prepared depends on its values, too.
        const auto composed = co_await connection->query(mode_sql);
        CHECK(composed.value().front().get<std::string>("mode") == "auto");
        // One that depends on its values decides for those that travel with it.
        Batch mixed;
        mixed.add(look_up).add(list);
        const auto answers = co_await connection->run(mixed);
        CHECK(answers.value()[0].front().get<std::string>("mode") == "auto");
    });
}

TEST_CASE("planning is right again after whatever undid a setting") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        const auto after_a_list = [&]() -> asio::awaitable<void> {
            const std::string of_list = co_await mode(*connection, list);
            CHECK(of_list == "auto");
        };
        const auto look = [&]() -> asio::awaitable<void> {
            const std::string of_look_up = co_await mode(*connection, look_up);
            CHECK(of_look_up == generic);
        };

        for (const bool commit : {true, false}) {
            co_await after_a_list();
            {
                Transaction transaction(*connection);
                const auto inside = co_await transaction.execute(look_up);
                CHECK(inside.value().front().get<std::string>("mode") == generic);
                const auto ended = commit ? co_await transaction.commit() : co_await transaction.rollback();
                CHECK(ended.has_value());
            }
            co_await look();
        }

        co_await after_a_list();
        Batch failing;
        failing.begin().add(look_up).add(wrong, Params(0)).commit();
        const auto failed = co_await connection->run(failing);
        CHECK(failed.has_error());
        co_await look();

        co_await after_a_list();
        const Params zero(0);
        const auto alone = co_await connection->execute(wrong, zero);
        CHECK(alone.has_error());
        co_await look();

        const auto script = co_await connection->script("SET plan_cache_mode = force_custom_plan");
        CHECK(script.has_value());
        co_await look();
    });
}
