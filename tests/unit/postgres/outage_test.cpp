#include "support.hpp"

#include "postgres/listener.hpp"
#include "testing/cluster.hpp"

#include <boost/asio/detached.hpp>

using namespace loan_manager::postgres;
using namespace loan_manager::postgres::testing;

namespace {
constexpr Statement one{"outage.one", "SELECT 1 AS one"};
constexpr Statement sleep_long{"outage.sleep", "SELECT pg_sleep(20)"};
}  // namespace

TEST_CASE("a server that goes away and comes back: prompt errors meanwhile, recovery without help") {
    loan_manager::testing::Cluster cluster;
    for (const bool crash : {false, true}) {
        run([&](asio::io_context& context) -> asio::awaitable<void> {
            Pool pool(context, pool_options(4, cluster.dsn()));
            int connects = 0;
            ListenerOptions listener_options;
            listener_options.connect = connect_options(cluster.dsn());
            listener_options.channels.push_back("x");
            ListenerCallbacks callbacks;
            callbacks.on_connected = [&] { ++connects; };
            Listener listener(context, listener_options, callbacks);
            listener.start();

            std::vector<Error> interrupted;
            const auto sleeper = [&]() -> asio::awaitable<void> {
                const auto slept = co_await pool.execute(sleep_long);
                if (slept.has_error()) interrupted.push_back(slept.error());
            };
            for (int caller = 0; caller < 3; ++caller) {
                asio::co_spawn(context, sleeper(), asio::detached);
            }
            const bool busy = co_await eventually([&] { return pool.stats().in_use == 3 && connects == 1; });
            REQUIRE(busy);
            const auto idle = co_await pool.execute(one);
            REQUIRE(idle.has_value());

            if (crash) {
                cluster.crash();
            } else {
                cluster.stop();
            }
            const bool told = co_await eventually([&] { return interrupted.size() == 3; });
            REQUIRE(told);
            for (const Error& error : interrupted) {
                CHECK(error.kind == Error::Kind::unavailable);
            }

            for (int call = 0; call < 50; ++call) {
                const auto started = std::chrono::steady_clock::now();
                const auto refused = co_await pool.execute(one);
                REQUIRE(refused.has_error());
                CHECK(refused.error().kind == Error::Kind::unavailable);
                CHECK(std::chrono::steady_clock::now() - started < 500ms);
            }
            CHECK_FALSE(pool.stats().available);

            cluster.start();
            const bool back = co_await eventually([&] { return pool.stats().available && connects == 2; });
            CHECK(back);
            const auto works = co_await pool.execute(one);
            CHECK(works.has_value());
            listener.stop();
            pool.close();
        });
    }
}

TEST_CASE("a pool whose server refuses more connections lives on with those it has") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto administrator = co_await connect(context);
        const auto limited = co_await administrator->script(
            "DROP ROLE IF EXISTS lm_test_limited; CREATE ROLE lm_test_limited LOGIN CONNECTION LIMIT 1");
        limited.value();
        {
            PoolOptions options = pool_options(4);
            options.connect.dsn.set("user", "lm_test_limited");
            Pool pool(context, options);
            int done = 0;
            const auto worker = [&]() -> asio::awaitable<void> {
                for (int round = 0; round < 5; ++round) {
                    const auto rows = co_await pool.query("SELECT pg_sleep(0.002)", Params());
                    if (rows) ++done;
                }
            };
            Result<Lease> first = co_await pool.acquire();
            REQUIRE(first.has_value());
            for (int caller = 0; caller < 4; ++caller) {
                asio::co_spawn(context, worker(), asio::detached);
            }
            const bool refused = co_await eventually([&] { return pool.stats().connect_failures > 0; });
            CHECK(refused);
            first.value() = Lease();
            const bool all = co_await eventually([&] { return done == 20; });
            CHECK(all);
            pool.close();
        }
        const auto dropped = co_await administrator->script("DROP ROLE lm_test_limited");
        dropped.value();
    });
}
