#include "lifecycle-refresher/refresh/scheduler.hpp"

#include <doctest/doctest.h>

#include "support/loop.hpp"
#include "support/scratch_database.hpp"

using namespace loan_manager;
using namespace loan_manager::lifecycle;
using namespace std::chrono_literals;
using testing::eventually;
using testing::Loop;
using testing::ScratchDatabase;
using testing::Session;

namespace {

/// The rules with short times.
RefreshPolicy quick_policy() {
    RefreshPolicy policy;
    policy.quiet_time = 30ms;
    policy.longest_wait = 200ms;
    policy.shortest_gap = 50ms;
    policy.gap_factor = 0;
    policy.first_retry = 100ms;
    policy.longest_retry = 200ms;
    return policy;
}

/// Refresher and schedule as the service wires them.
struct Instance {
    explicit Instance(const ScratchDatabase& database, std::chrono::milliseconds poll = 10s) {
        const auto connect = testing::connect_options(database.url_as("loan_manager_lifecycle"));
        RefresherOptions refresher_options;
        refresher_options.connect = connect;
        refresher_options.policy = quick_policy();
        refresher_options.lock_timeout = 100ms;
        refresher_options.on_finished = [this](const Run&) { scheduler->wake(); };
        SchedulerOptions scheduler_options;
        scheduler_options.connect = connect;
        scheduler_options.poll_interval = poll;
        scheduler_options.shortest_look = 10ms;
        postgres::PoolOptions pool_options;
        pool_options.connect = connect;
        pool_options.max_connections = 1;
        loop.call([&] {
            pool.emplace(loop.context(), pool_options);
            refresher.emplace(loop.context(), refresher_options);
            scheduler.emplace(loop.context(), scheduler_options, quick_policy(), *pool, *refresher);
            scheduler->start();
        });
    }
    ~Instance() {
        loop.call([this] {
            scheduler->stop();
            refresher->cancel();
        });
        refresher->wait_idle(std::chrono::steady_clock::now() + 5s);
        loop.call([this] { pool->close(); });
        loop.stop();
    }

    Loop loop;
    std::optional<postgres::Pool> pool;
    std::optional<Refresher> refresher;
    std::optional<Scheduler> scheduler;
};

/// Asks the policy about every view, under its lock.
bool nothing_due(Instance& instance) {
    for (const ViewDefinition& view : views()) {
        if (instance.loop.run(instance.refresher->start_if_due(view)).value()) {
            return false;
        }
    }
    return true;
}

}  // namespace

TEST_CASE("D-1002 at start every view is filled; a notification brings changes into them") {
    ScratchDatabase database;
    Session session(database.url());
    testing::add_organisation(session);
    Instance instance(database);
    REQUIRE(
        eventually([&] { return session.value("SELECT count(*) FROM view_refreshes WHERE status = 'OK'") == "2"; }));
    CHECK(session.value("SELECT count(*) FROM view_refreshes WHERE trigger = 'STARTUP'") == "2");
    CHECK(instance.scheduler->healthy());

    testing::procure(session, "WW", 2);
    // Long before the next poll.
    CHECK(eventually([&] { return session.value("SELECT count(*) FROM bike_cost_summary") == "2"; }));
    CHECK(eventually([&] { return session.value("SELECT sum(bikes) FROM branch_stock_summary") == "2"; }));
    CHECK(session.value("SELECT count(*) FROM view_refreshes WHERE trigger = 'EVENT'") != "0");
}

TEST_CASE("D-1002 without notifications the outbox is looked at now and then") {
    ScratchDatabase database;
    Session session(database.url());
    Instance instance(database, 50ms);
    REQUIRE(
        eventually([&] { return session.value("SELECT count(*) FROM view_refreshes WHERE status = 'OK'") == "2"; }));
    session.rows("INSERT INTO outbox (event_type, entity_type) VALUES ('bike.updated', 'bicycle')");
    CHECK(eventually([&] {
        return session.value("SELECT count(*) FROM view_refreshes WHERE status = 'OK' AND covers_seq = 1") == "2";
    }));
    // What concerns no view makes no refresh due.
    session.rows("INSERT INTO outbox (event_type, entity_type) VALUES ('user.created', 'user')");
    CHECK(nothing_due(instance));
}

TEST_CASE("D-1002 a missed nightly run is made up at start, once, by one of two instances") {
    ScratchDatabase database;
    Session session(database.url());
    {
        Instance first(database);
        REQUIRE(eventually(
            [&] { return session.value("SELECT count(*) FROM view_refreshes WHERE status = 'OK'") == "2"; }));
    }
    session.rows(
        "UPDATE view_refreshes SET started_at = started_at - interval '3 days', finished_at = finished_at - "
        "interval '3 days'");
    Instance one(database), two(database);
    REQUIRE(
        eventually([&] { return session.value("SELECT count(*) FROM view_refreshes WHERE status = 'OK'") == "4"; }));
    CHECK(nothing_due(one));
    CHECK(nothing_due(two));
    CHECK(session.value("SELECT count(*) FROM view_refreshes WHERE trigger = 'NIGHTLY'") == "2");
}

TEST_CASE("D-1003 runs of a clock that was ahead are brought back, and changes are picked up by the clock of now") {
    ScratchDatabase database;
    Session session(database.url());
    testing::add_organisation(session);
    {
        Instance first(database);
        REQUIRE(eventually(
            [&] { return session.value("SELECT count(*) FROM view_refreshes WHERE status = 'OK'") == "2"; }));
    }
    session.rows(
        "UPDATE view_refreshes SET started_at = started_at + interval '5 hours 30 minutes', finished_at = finished_at "
        "+ "
        "interval '5 hours 30 minutes'");
    testing::procure(session, "WW", 2);
    session.rows("UPDATE outbox SET at = at + interval '5 hours 30 minutes'");
    Instance again(database);
    CHECK(eventually([&] { return session.value("SELECT count(*) FROM bike_cost_summary") == "2"; }));
    CHECK(eventually([&] { return session.value("SELECT sum(bikes) FROM branch_stock_summary") == "2"; }));
    CHECK(eventually([&] {
        return session.value("SELECT count(*) FROM view_refreshes WHERE started_at > now() + interval '1 minute'") ==
               "0";
    }));
    // The newest run is the one that covers what happened.
    CHECK(session.value("SELECT covers_seq > 0 FROM view_refreshes WHERE view_name = 'bike_cost_summary'"
                        " ORDER BY started_at DESC LIMIT 1") == "t");
}

TEST_CASE("D-1003 a failed refresh is retried until it succeeds") {
    ScratchDatabase database;
    Session session(database.url());
    Session blocker(database.url());
    blocker.rows("BEGIN; CREATE INDEX blocker ON lifecycle.bike_cost_summary (year)");
    Instance instance(database);
    REQUIRE(eventually([&] {
        return session.value(
                   "SELECT count(*) >= 2 FROM view_refreshes WHERE status = 'FAILED' AND view_name = "
                   "'bike_cost_summary'") == "t";
    }));
    blocker.rows("ROLLBACK");
    CHECK(eventually([&] {
        return session.value(
                   "SELECT count(*) FROM view_refreshes WHERE status = 'OK' AND trigger = 'STARTUP' AND "
                   "view_name = 'bike_cost_summary'") == "1";
    }));
}
