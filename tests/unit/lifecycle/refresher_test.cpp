#include "lifecycle-refresher/refresh/refresher.hpp"

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

const ViewDefinition& cost_view() { return *find_view("bike_cost_summary"); }

/// A refresher against a database of its own, with the rights of the service.
struct Fixture {
    explicit Fixture(std::chrono::milliseconds lock_timeout = 5s) : Fixture(RefresherOptions(), lock_timeout) {}
    Fixture(RefresherOptions options, std::chrono::milliseconds lock_timeout) {
        options.connect = testing::connect_options(database.url_as("loan_manager_lifecycle"));
        options.lock_timeout = lock_timeout;
        refresher.emplace(loop.context(), std::move(options));
        testing::add_organisation(session);
    }
    ~Fixture() {
        loop.call([this] { refresher->cancel(); });
        refresher->wait_idle(std::chrono::steady_clock::now() + 5s);
        loop.stop();
    }

    Run start(Trigger trigger = Trigger::manual) {
        return loop.run(refresher->start(cost_view(), trigger, std::nullopt)).value();
    }
    /// Starts and waits for the end.
    std::vector<std::string> refresh(Trigger trigger = Trigger::manual) {
        const Run run = start(trigger);
        REQUIRE(refresher->wait_idle(std::chrono::steady_clock::now() + 20s));
        return row(run.id());
    }
    /// status, trigger, rows, covers_seq, error
    std::vector<std::string> row(const std::string& id) {
        return session
            .rows("SELECT status, trigger, rows, covers_seq, error FROM view_refreshes WHERE id = '" + id + "'")
            .at(0);
    }

    ScratchDatabase database;
    Session session{database.url()};
    Loop loop;
    std::optional<Refresher> refresher;
};

/// Holds a lock that a refresh of the view has to wait for.
struct Blocker {
    explicit Blocker(const ScratchDatabase& database) : session(database.url()) {
        session.rows("BEGIN; CREATE INDEX blocker ON lifecycle.bike_cost_summary (year)");
    }
    void release() { session.rows("ROLLBACK"); }
    Session session;
};

}  // namespace

TEST_CASE("D-1001 the first fill is plain, later refreshes are concurrent, each is recorded (D-1003)") {
    Fixture fixture;
    testing::procure(fixture.session, "WW", 3);
    CHECK(fixture.refresh(Trigger::startup) == std::vector<std::string>{"OK", "STARTUP", "3", "3", ""});
    testing::procure(fixture.session, "BD", 2);
    CHECK(fixture.refresh() == std::vector<std::string>{"OK", "MANUAL", "5", "5", ""});
    CHECK(fixture.session.value("SELECT count(*) FROM bike_cost_summary") == "5");
    CHECK(fixture.session.value("SELECT count(*) FROM view_refreshes WHERE duration_ms >= 0 AND finished_at >= "
                                "started_at AND requested_by IS NULL") == "2");
}

TEST_CASE("D-1003 covers_seq stops before an uncommitted change although later ones are visible") {
    Fixture fixture;
    testing::procure(fixture.session, "WW", 1);  // seq 1
    Session slow(fixture.database.url());
    slow.rows("BEGIN; INSERT INTO outbox (event_type, entity_type) VALUES ('bike.updated', 'bicycle')");  // seq 2
    testing::procure(fixture.session, "WW", 1);  // seq 3, committed before 2
    CHECK(fixture.refresh(Trigger::startup)[3] == "1");
    slow.rows("COMMIT");
    CHECK(fixture.refresh()[3] == "3");
}

TEST_CASE("D-1003 an aborted change leaves a gap that does not hold covers_seq back") {
    Fixture fixture;
    Session other(fixture.database.url());
    other.rows("BEGIN; INSERT INTO outbox (event_type, entity_type) VALUES ('bike.updated', 'bicycle'); ROLLBACK");
    testing::procure(fixture.session, "WW", 1);  // seq 2
    // A transaction that writes elsewhere is no concern of covers_seq either.
    other.rows("BEGIN; UPDATE stock_counters SET last_number = last_number");
    CHECK(fixture.refresh(Trigger::startup)[3] == "2");
}

TEST_CASE("X-24 a refresh waits for no writer and no writer for a refresh") {
    Fixture fixture(300ms);
    testing::procure(fixture.session, "WW", 2);
    fixture.refresh(Trigger::startup);
    Session writer(fixture.database.url());
    writer.rows("BEGIN; UPDATE bicycles SET color = 'Red'");
    CHECK(fixture.refresh()[0] == "OK");
    writer.rows("COMMIT");

    const Blocker blocker(fixture.database);
    const Run run = fixture.start();
    // While the refresh is under way, bikes are bought and the old content is read.
    testing::procure(fixture.session, "WW", 1);
    CHECK(fixture.session.value("SELECT count(*) FROM bike_cost_summary") == "2");
    CHECK(run.status() == loanmanager::lifecycle::v1::REFRESH_STATUS_RUNNING);
}

TEST_CASE("X-25 a second request joins the run under way, also from another instance") {
    Fixture fixture;
    fixture.refresh(Trigger::startup);
    Blocker blocker(fixture.database);
    const Run first = fixture.start();
    CHECK(fixture.start().id() == first.id());
    {
        RefresherOptions options;
        options.connect = testing::connect_options(fixture.database.url_as("loan_manager_lifecycle"));
        Loop other_loop;
        Refresher other(other_loop.context(), options);
        CHECK(other_loop.run(other.start(cost_view(), Trigger::manual, std::nullopt)).value().id() == first.id());
        CHECK_FALSE(other_loop.run(other.start_if_due(cost_view())).value());
        other_loop.stop();
    }
    blocker.release();
    REQUIRE(fixture.refresher->wait_idle(std::chrono::steady_clock::now() + 20s));
    CHECK(fixture.row(first.id())[0] == "OK");
    CHECK(fixture.session.value("SELECT count(*) FROM view_refreshes") == "2");
    CHECK(fixture.start().id() != first.id());
}

TEST_CASE("D-1003 a refresh that cannot lock its view fails readably and keeps the old content") {
    Fixture fixture(100ms);
    testing::procure(fixture.session, "WW", 1);
    fixture.refresh(Trigger::startup);
    testing::procure(fixture.session, "WW", 1);
    {
        const Blocker blocker(fixture.database);
        const auto row = fixture.refresh();
        CHECK(row[0] == "FAILED");
        CHECK(row[4] == "another session kept the view locked for too long");
    }
    CHECK(fixture.session.value("SELECT count(*) FROM bike_cost_summary") == "1");
    // The failure puts off the next attempt, but not an explicit one.
    CHECK_FALSE(fixture.loop.run(fixture.refresher->start_if_due(cost_view())).value());
    CHECK(fixture.refresh()[2] == "2");
}

TEST_CASE("X-27 a run whose process died is FAILED as soon as its lock is free, and the view intact") {
    Fixture fixture;
    testing::procure(fixture.session, "WW", 1);
    fixture.refresh(Trigger::startup);
    std::string id;
    {
        const Blocker blocker(fixture.database);
        id = fixture.start().id();
        // What a kill -9 of the service does to its sessions.
        fixture.session.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name LIKE '%refresh'");
        REQUIRE(fixture.refresher->wait_idle(std::chrono::steady_clock::now() + 20s));
    }
    CHECK(fixture.row(id)[0] == "RUNNING");
    REQUIRE(eventually([&] {
        static_cast<void>(fixture.loop.run(fixture.refresher->start_if_due(cost_view())).value());
        return fixture.row(id)[0] == "FAILED";
    }));
    CHECK(fixture.row(id)[4] == "interrupted: the process that ran it ended");
    CHECK(fixture.session.value("SELECT count(*) FROM bike_cost_summary") == "1");
    CHECK(fixture.refresh()[0] == "OK");
}

TEST_CASE("D-1003 a run stopped with the service is FAILED") {
    Fixture fixture;
    fixture.refresh(Trigger::startup);
    const Blocker blocker(fixture.database);
    const std::string id = fixture.start().id();
    fixture.loop.call([&] { fixture.refresher->cancel(); });
    REQUIRE(fixture.refresher->wait_idle(std::chrono::steady_clock::now() + 20s));
    CHECK(fixture.row(id)[0] == "FAILED");
    CHECK(fixture.row(id)[4] == "interrupted: the service was stopped");
}
