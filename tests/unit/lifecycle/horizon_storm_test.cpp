#include <doctest/doctest.h>

#include <atomic>
#include <random>
#include <set>
#include <thread>

#include "lifecycle-refresher/refresh/repository.hpp"
#include "support/loop.hpp"
#include "support/scratch_database.hpp"

using namespace loan_manager;
using namespace loan_manager::lifecycle;
using testing::Loop;
using testing::ScratchDatabase;
using testing::Session;

namespace {

/// What one snapshot claimed and showed.
struct Observation {
    Coverage coverage;
    std::set<std::int64_t> visible;
};

Observation observe(Loop& loop, postgres::Connection& connection) {
    Observation seen;
    const ChangeHorizon horizon = loop.run(repository::horizon(connection)).value();
    loop.run(connection.script("BEGIN ISOLATION LEVEL REPEATABLE READ")).value();
    const SnapshotChanges changes = loop.run(repository::snapshot_changes(connection, horizon)).value();
    seen.coverage = coverage(horizon, changes);
    const std::string sql = "SELECT seq FROM fleet.outbox";
    const postgres::Rows rows = loop.run(connection.query(sql)).value();
    for (const postgres::Row row : rows) {
        seen.visible.insert(row.get<std::int64_t>(0));
    }
    loop.run(connection.script("COMMIT")).value();
    return seen;
}

/// Transactions that take one or several numbers, dawdle, and commit, abort, or abort a savepoint.
void write(const std::string& url, unsigned seed, const std::atomic<bool>& stop) {
    Session session(url);
    std::mt19937 random(seed);
    const std::string insert = "INSERT INTO outbox (event_type, entity_type) VALUES ('bike.updated', 'bicycle');";
    const std::string dawdle = "SELECT pg_sleep(random() * 0.004);";
    while (!stop) {
        std::string sql = "BEGIN;" + (random() % 2 == 0 ? dawdle : "");
        if (random() % 4 == 0) {
            sql += "SAVEPOINT s;" + insert + "ROLLBACK TO s;";
        }
        for (unsigned i = 0; i != 1 + random() % 3; ++i) {
            sql += insert + (random() % 2 == 0 ? dawdle : "");
        }
        session.rows(sql + (random() % 4 == 0 ? "ROLLBACK" : "COMMIT"));
    }
}

}  // namespace

TEST_CASE("D-1003 covers_seq is right, and the largest, under concurrent commits out of order") {
    ScratchDatabase database;
    Loop loop;
    std::atomic<bool> stop{false};
    std::vector<Observation> observations;
    {
        std::vector<std::jthread> writers;
        for (unsigned i = 0; i != 6; ++i) {
            writers.emplace_back([&, i] { write(database.url_as("loan_manager_fleet"), i, stop); });
        }
        auto connection = loop.run(postgres::Connection::open(
                                       loop.context(),
                                       testing::connect_options(database.url_as("loan_manager_lifecycle")), nullptr))
                              .value();
        for (int i = 0; i != 300; ++i) {
            observations.push_back(observe(loop, *connection));
        }
        stop = true;
        writers.clear();
        loop.call([&] { connection.reset(); });
    }
    std::set<std::int64_t> final;
    Session session(database.url());
    for (const auto& row : session.rows("SELECT seq FROM outbox")) {
        final.insert(std::stoll(row[0]));
    }
    REQUIRE(final.size() > 300);
    int exact = 0;
    for (const Observation& seen : observations) {
        // Every change there will ever be up to covers_seq was visible …
        for (const std::int64_t seq : final) {
            if (seq > seen.coverage.seq) {
                break;
            }
            REQUIRE(seen.visible.contains(seq));
        }
        // … and the next one was not.
        if (seen.coverage.exact) {
            ++exact;
            const auto next = final.upper_bound(seen.coverage.seq);
            REQUIRE((next == final.end() || !seen.visible.contains(*next)));
        }
    }
    // A second look is the exception.
    CHECK(exact > 100);
}
