#include <doctest/doctest.h>

#include <string>

#include "support/scratch_database.hpp"

using namespace loan_manager;
using testing::ScratchDatabase;
using testing::Session;

namespace {

/// A database whose outbox the test fills, pruned with the rights of the fleet service.
struct Fixture {
    /// Events of so many days ago, each with its audit row, sealed.
    void events(int count, int days_ago) {
        const std::string at = "now() - interval '" + std::to_string(days_ago) + " days'";
        session.rows("WITH change AS (SELECT gen_random_uuid() AS id FROM generate_series(1, " + std::to_string(count) +
                     ")), written AS (INSERT INTO audit_log (id, at, username, action, entity_type, entity_id, "
                     "request_id) SELECT id, " +
                     at +
                     ", 'system', 'BIKE_UPDATED', 'bicycle', id, 'request-1' FROM change)"
                     "INSERT INTO outbox (at, event_type, entity_type, entity_id) SELECT " +
                     at + ", 'bike.updated', 'bicycle', id FROM change");
        session.rows("DELETE FROM audit_unsealed");
    }
    void covers(const std::string& view, const std::string& seq, const char* status = "OK") {
        const bool ok = std::string(status) == "OK";
        session.rows(
            "INSERT INTO lifecycle.view_refreshes (id, view_name, trigger, status, started_at, finished_at, "
            "rows, duration_ms, covers_seq, error) VALUES (gen_random_uuid(), '" +
            view + "', 'EVENT', '" + status + "', now(), now(), " +
            (ok ? "1, 1, " + seq + ", NULL" : std::string("NULL, NULL, NULL, 'broken'")) + ")");
    }
    int prune(int keep_days = 30, int step = 500) {
        return std::stoi(service.value("SELECT fleet.prune_outbox(" + std::to_string(keep_days) + ", " +
                                       std::to_string(step) + ")"));
    }
    std::string left() { return session.value("SELECT count(*) FROM outbox"); }
    std::string newest() { return session.value("SELECT max(seq) FROM outbox"); }

    ScratchDatabase database;
    Session session{database.url()};
    Session service{database.url_as("loan_manager_fleet")};
};

}  // namespace

TEST_CASE("D-220 old events that every view covers are pruned a step at a time; how far is kept") {
    Fixture f;
    f.events(12, 40);
    f.events(3, 29);
    f.covers("one", f.newest());
    f.covers("two", f.newest());
    CHECK(f.session.value("SELECT count(*) FROM outbox_pruned") == "0");
    CHECK(f.prune(30, 5) == 5);
    CHECK(f.session.value("SELECT rows || ' ' || last_seq FROM outbox_pruned") == "5 5");
    CHECK(f.prune(30, 5) == 5);
    CHECK(f.prune(30, 5) == 2);
    CHECK(f.prune(30, 5) == 0);
    CHECK(f.left() == "3");
    CHECK(f.session.value("SELECT rows || ' ' || last_seq FROM outbox_pruned") == "12 12");
    // What is later than the mark has its event, what is not may have lost it.
    CHECK(f.session.value("SELECT count(*) FROM audit_log a, outbox_pruned p WHERE a.at > p.until") == "3");
    CHECK(f.session.value("SELECT count(*) FROM outbox o, outbox_pruned p WHERE o.at > p.until") == "3");
}

TEST_CASE("D-220 what a view does not cover yet stays, and so does all when one was never refreshed") {
    Fixture f;
    f.events(10, 40);
    CHECK(f.prune() == 0);
    f.covers("one", "10");
    f.covers("two", "4");
    CHECK(f.prune() == 4);
    f.covers("three", "0", "FAILED");
    f.covers("two", "9");
    CHECK(f.prune() == 0);
    f.covers("three", "9");
    CHECK(f.prune() == 5);
    CHECK(f.left() == "1");
}

TEST_CASE("D-220 the newest event stays: the height of the sequence is read from it") {
    Fixture f;
    f.events(4, 400);
    f.covers("one", f.newest());
    CHECK(f.prune() == 3);
    CHECK(f.newest() == "4");
    CHECK(f.prune() == 0);
}

TEST_CASE("D-220 nothing is pruned from the time on that the oldest unsealed audit row is of") {
    Fixture f;
    f.events(2, 50);
    f.session.rows(
        "INSERT INTO audit_log (id, at, username, action, entity_type, request_id) VALUES (gen_random_uuid(), "
        "now() - interval '45 days', 'system', 'BIKE_UPDATED', 'bicycle', 'request-1')");
    const std::string waiting = f.session.value("SELECT audit_id FROM audit_unsealed");
    f.session.rows(
        "INSERT INTO outbox (at, event_type, entity_type) SELECT now() - interval '40 days', "
        "'bike.updated', 'bicycle' FROM generate_series(1, 3)");
    f.covers("one", f.newest());
    CHECK(f.prune() == 2);
    CHECK(f.left() == "3");
    f.session.rows("DELETE FROM audit_unsealed WHERE audit_id = '" + waiting + "'");
    CHECK(f.prune() == 2);
}

TEST_CASE("no step is larger than 500 rows, no time shorter than a day, and no service deletes an event by itself") {
    Fixture f;
    f.events(600, 2);
    f.events(5, 0);
    f.covers("one", f.newest());
    CHECK(f.prune(0, 100000) == 500);
    CHECK(f.prune(-5, 100000) == 100);
    CHECK(f.prune(0, 100000) == 0);
    CHECK(f.left() == "5");
    CHECK_THROWS(f.service.rows("DELETE FROM outbox"));
    Session other(f.database.url_as("loan_manager_auth"));
    CHECK_THROWS(other.value("SELECT fleet.prune_outbox(1, 1)"));
}
