#include "support.hpp"

#include <boost/asio/detached.hpp>

#include <vector>

#include "postgres/lanes.hpp"

using namespace loan_manager::postgres;
using namespace loan_manager::postgres::testing;
using loan_manager::postgres::detail::Lane;
using loan_manager::postgres::detail::Lanes;

namespace {

constexpr Statement read_locked{"bulkheads.locked", "SELECT count(*) FROM bulkhead_locked"};
constexpr Statement read_other{"bulkheads.other", "SELECT count(*) FROM bulkhead_other"};

OptionalDeadline of(std::string_view lane, Use use = Use::read) {
    OptionalDeadline deadline(after(30s));
    deadline.lane = lane;
    deadline.use = use;
    return deadline;
}

/// A pool beside two tables, the first of which somebody holds locked.
struct World {
    explicit World(asio::io_context& loop, std::size_t connections) : context(loop), pool(loop, options(connections)) {}

    static PoolOptions options(std::size_t connections) {
        PoolOptions chosen = pool_options(connections);
        chosen.bulkheads = true;
        chosen.acquire_timeout = 30s;
        return chosen;
    }

    asio::awaitable<void> lock() {
        holder = co_await connect(context);
        // Two scripts: one is one transaction, and nobody would see the tables of an open one.
        const auto made = co_await holder->script(
            "DROP TABLE IF EXISTS bulkhead_locked, bulkhead_other; CREATE TABLE bulkhead_locked (id int);"
            "CREATE TABLE bulkhead_other (id int)");
        made.value();
        const auto done = co_await holder->script("BEGIN; LOCK TABLE bulkhead_locked IN ACCESS EXCLUSIVE MODE");
        done.value();
    }
    asio::awaitable<void> unlock() {
        const auto done = co_await holder->script("ROLLBACK");
        done.value();
    }

    asio::awaitable<void> read(std::string lane, Use use) {
        const OptionalDeadline deadline = of(lane, use);
        const auto rows = co_await pool.execute(read_locked, deadline);
        ++(rows.has_value() ? answered : failed);
    }
    /// So many that wait for the locked table.
    void crowd(int callers, const char* lane, Use use = Use::read) {
        for (int caller = 0; caller < callers; ++caller) {
            asio::co_spawn(context, read(lane, use), asio::detached);
        }
    }

    asio::io_context& context;
    Pool pool;
    std::unique_ptr<Connection> holder;
    int answered = 0;
    int failed = 0;
};

}  // namespace

TEST_CASE("a quarter stays for others, and at least one") {
    struct Expected {
        std::size_t connections, of_use, of_lane;
    };
    for (const Expected& expected : {Expected{1, 1, 1}, Expected{2, 1, 1}, Expected{3, 2, 1}, Expected{4, 3, 2},
                                     Expected{5, 4, 3}, Expected{10, 8, 6}, Expected{40, 30, 23}}) {
        CAPTURE(expected.connections);
        Lanes lanes(expected.connections, true);
        Lane& list = lanes.find("list", Use::read);
        std::size_t taken = 0;
        for (; lanes.may_take(list); ++taken) lanes.take(list);
        CHECK(taken == expected.of_lane);
        Lane& other = lanes.find("other", Use::read);
        for (; lanes.may_take(other); ++taken) lanes.take(other);
        CHECK(taken == expected.of_use);
        // A command of the same name is another lane.
        CHECK(lanes.may_take(lanes.find("list", Use::command)));
        lanes.give_back(list);
        CHECK(lanes.may_take(other) == (expected.of_use - expected.of_lane < expected.of_lane));
    }
    Lanes open(3, false);
    Lane& list = open.find("list", Use::read);
    for (int i = 0; i < 3; ++i) {
        CHECK(open.may_take(list));
        open.take(list);
    }
    CHECK_FALSE(open.may_take(list));
}

TEST_CASE("thirty readers of a locked table leave connections for other reads and for commands") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        World world(context, 5);
        co_await world.lock();
        world.crowd(30, "locked");
        const bool stuck = co_await eventually([&] { return world.pool.stats().in_use == 3; });
        REQUIRE(stuck);
        // Again and again: the crowd must not slip into a place between.
        for (int call = 0; call < 20; ++call) {
            const OptionalDeadline reading = of("other");
            const auto read = co_await world.pool.execute(read_other, reading);
            REQUIRE(read.has_value());
            const OptionalDeadline writing = of("writer", Use::command);
            const auto written = co_await world.pool.execute(read_other, writing);
            REQUIRE(written.has_value());
        }
        CHECK(world.pool.stats().in_use == 3);
        CHECK(world.pool.stats().waiting == 27);
        CHECK(world.pool.stats().connections == 4);

        co_await world.unlock();
        const bool all = co_await eventually([&] { return world.answered == 30; });
        CHECK(all);
        CHECK(world.failed == 0);
        world.pool.close();
    });
}

TEST_CASE("all kinds of reads together leave a connection for commands, and commands one for reads") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        for (const Use crowded : {Use::read, Use::command}) {
            const Use other = crowded == Use::read ? Use::command : Use::read;
            World world(context, 5);
            co_await world.lock();
            world.crowd(10, "one", crowded);
            world.crowd(10, "two", crowded);
            const bool stuck = co_await eventually([&] { return world.pool.stats().in_use == 4; });
            REQUIRE(stuck);
            const OptionalDeadline deadline = of("three", other);
            const auto answered = co_await world.pool.execute(read_other, deadline);
            CHECK(answered.has_value());
            CHECK(world.pool.stats().in_use == 4);
            co_await world.unlock();
            const bool all = co_await eventually([&] { return world.answered == 20; });
            CHECK(all);
            world.pool.close();
        }
    });
}

TEST_CASE("whoever is in the lane that has the fewest connections comes first") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        PoolOptions options = World::options(3);  // two for reads, one for a lane
        Pool pool(context, options);
        std::vector<std::string> order;
        const auto caller = [&](std::string lane) -> asio::awaitable<void> {
            const OptionalDeadline deadline = of(lane);
            const auto lease = co_await pool.acquire(deadline);
            REQUIRE(lease.has_value());
            order.push_back(lane);
            const auto rows = co_await lease.value()->query("SELECT 1");
            REQUIRE(rows.has_value());
        };
        const OptionalDeadline first_deadline = of("busy");
        auto first = co_await pool.acquire(first_deadline);
        REQUIRE(first.has_value());
        for (const char* lane : {"busy", "busy", "idle"}) asio::co_spawn(context, caller(lane), asio::detached);
        const bool idle_served = co_await eventually([&] { return order.size() == 1; });
        CHECK(idle_served);
        CHECK(order.front() == "idle");
        *first = Lease();
        const bool all = co_await eventually([&] { return order.size() == 3; });
        CHECK(all);
        const bool quiet = co_await eventually([&] { return pool.stats().in_use == 0; });
        CHECK(quiet);
        pool.close();
    });
}
