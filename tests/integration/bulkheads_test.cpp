// What is held up by one locked table, of whichever service, and what is not.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "support/suite.hpp"

using namespace loan_manager::testing;

namespace {

/// Clients that ask for one thing over and over, until they are stopped.
class Crowd {
public:
    Crowd(int count, const Suite& suite, const std::string& target, const std::string& token) {
        for (int i = 0; i < count; ++i) {
            threads_.emplace_back([this, &suite, target, token] {
                while (!stopped_) suite.get(target, token);
            });
        }
    }
    ~Crowd() {
        stopped_ = true;
        for (std::thread& thread : threads_) thread.join();
    }

private:
    std::atomic<bool> stopped_{false};
    std::vector<std::thread> threads_;
};

}  // namespace

TEST_CASE("a crowd before a report whose view is locked stops no other report") {
    SuiteOptions options;
    options.extra["lifecycle-refresher"] = {{"DB_POOL_SIZE", "6"}, {"THREADS", "2"}, {"DB_LOCK_TIMEOUT", "60s"}};
    Suite suite(options);
    const std::string admin = suite.token("admin");
    // Whoever waits for the lock gives up with the deadline of his call only, so that without bulkheads nobody else
    // would get a connection in his.
    const Crowd crowd(30, suite, "/v1/reports/cost-summary?limit=1", admin);
    // Locks out the readers of the view; released before the crowd is stopped.
    Database holder = suite.database();
    holder.rows("begin");
    holder.rows("refresh materialized view lifecycle.bike_cost_summary");
    // The crowd has filled what it may have.
    REQUIRE(eventually([&] {
        return suite.database().value(
                   "select count(*) > 1 from pg_stat_activity where wait_event_type = 'Lock' and application_name = "
                   "'loan-manager lifecycle-refresher' and datname = current_database()") == "t";
    }));
    for (int i = 0; i < 10; ++i) {
        CHECK(suite.get("/v1/reports/branch-stock?limit=1", admin).status == 200);
        CHECK(suite.get("/v1/views/branch_stock_summary/refreshes?limit=1", admin).status == 200);
    }
}

TEST_CASE("no service starts with fewer than three connections for each of its event loops") {
    for (const std::string service : {"auth", "fleet", "lifecycle-refresher"}) {
        const Output output =
            run({LM_BINARIES "/loan-manager-" + service},
                {{"DATABASE_URL", "postgresql://x@127.0.0.1/x"}, {"DB_POOL_SIZE", "5"}, {"THREADS", "2"}});
        CHECK(output.exit_code == 2);
        CHECK(output.text.find("must be 6 or more for 2 event loops") != std::string::npos);
    }
}
