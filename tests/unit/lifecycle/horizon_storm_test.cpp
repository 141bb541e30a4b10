#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>
#include <vector>

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
    std::int64_t covered = 0;  ///< Visible rows up to covers_seq.
    std::int64_t next = 0;     ///< The first visible number beyond it; 0: none.
};

Observation observe(Loop& loop, postgres::Connection& connection) {
    Observation seen;
    const ChangeHorizon horizon = loop.run(repository::horizon(connection)).value();
    loop.run(connection.script("BEGIN ISOLATION LEVEL REPEATABLE READ")).value();
    const SnapshotChanges changes = loop.run(repository::snapshot_changes(connection, horizon)).value();
    seen.coverage = coverage(horizon, changes);
    const std::string sql =
        "SELECT count(*) FILTER (WHERE seq <= $1), coalesce(min(seq) FILTER (WHERE seq > $1), 0) FROM fleet.outbox";
    const postgres::Params params(seen.coverage.seq);
    const postgres::Rows rows = loop.run(connection.query(sql, params)).value();
    seen.covered = rows.front().get<std::int64_t>(0);
    seen.next = rows.front().get<std::int64_t>(1);
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
        for (unsigned left = 1 + random() % 3; left != 0; --left) {
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
        auto connection =
            loop.run(postgres::Connection::open(
                         loop.context(), testing::connect_options(database.url_as("loan_manager_lifecycle")), nullptr))
                .value();
        // So many looks at so many rows, however fast the machine is.
        while (observations.size() < 200 || observations.back().covered <= 200) {
            observations.push_back(observe(loop, *connection));
        }
        stop = true;
        writers.clear();
        loop.call([&] { connection.reset(); });
    }
    std::vector<std::int64_t> final;
    Session session(database.url());
    for (const auto& row : session.rows("SELECT seq FROM outbox ORDER BY seq")) {
        final.push_back(std::stoll(row[0]));
    }
    REQUIRE(final.size() > 200);
    std::size_t exact = 0;
    for (const Observation& seen : observations) {
        // Every change there will ever be up to covers_seq was visible …
        const auto next = std::ranges::upper_bound(final, seen.coverage.seq);
        CHECK(seen.covered == next - final.begin());
        // … and the next number was not, if it ever became a row: it belonged to a writer in flight, who may have
        // aborted later.
        if (seen.coverage.exact) {
            ++exact;
            CHECK((next == final.end() || *next != seen.coverage.seq + 1 || seen.next != *next));
        }
    }
    // A second look is the exception.
    CHECK(exact > observations.size() / 2);
}
