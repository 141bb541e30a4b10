// Observing a view and recording a run; the refresh itself.
#include "lifecycle-refresher/refresh/repository.hpp"

#include "lifecycle-refresher/refresh/run.hpp"
#include "runtime/uuid.hpp"

namespace loan_manager::lifecycle::repository {
namespace {

using postgres::Connection;
using postgres::Params;
using postgres::Result;
using postgres::Row;
using postgres::Rows;
using postgres::Statement;

/// 'LV' and a hash of the name: the two halves of a view's advisory lock.
#define VIEW_LOCK "19542, hashtext($1::text)"

constexpr Statement try_lock_sql{"lifecycle.try_lock", "SELECT pg_try_advisory_lock(" VIEW_LOCK ")"};
constexpr Statement unlock_sql{"lifecycle.unlock", "SELECT pg_advisory_unlock(" VIEW_LOCK ")"};

/// A run that began later than this from now was dated by a clock that has been put back since.
#define AHEAD "interval '15 seconds'"

constexpr Statement observe_sql{"lifecycle.observe", R"(
WITH ok AS (
    SELECT started_at, covers_seq FROM lifecycle.view_refreshes
    WHERE view_name = $1 AND status = 'OK' ORDER BY started_at DESC LIMIT 1
), failed AS (
    SELECT count(*) AS failures, (array_agg(trigger ORDER BY started_at DESC))[1] AS trigger
    FROM lifecycle.view_refreshes
    WHERE view_name = $1 AND status = 'FAILED' AND started_at > coalesce((SELECT started_at FROM ok), '-infinity')
), last AS (
    SELECT finished_at, (extract(epoch FROM finished_at - started_at) * 1000)::bigint AS ms
    FROM lifecycle.view_refreshes
    WHERE view_name = $1 AND status <> 'RUNNING' ORDER BY started_at DESC LIMIT 1
), uncovered AS (
    SELECT min(at) AS first, max(at) AS last FROM fleet.outbox
    WHERE seq > coalesce((SELECT covers_seq FROM ok), 0) AND event_type LIKE ANY ($2)
), running AS (
    SELECT EXISTS (SELECT FROM lifecycle.view_refreshes WHERE view_name = $1 AND status = 'RUNNING') AS recorded,
           EXISTS (SELECT FROM pg_locks
                   WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND classid = 19542
                     AND objid = (hashtext($1::text)::bigint & 4294967295)::oid
                     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS locked
)
SELECT clock_timestamp() AS now,
       (SELECT relispopulated FROM pg_class WHERE oid = ('lifecycle.' || quote_ident($1))::regclass) AS filled,
       running.locked, running.recorded, last.finished_at, coalesce(last.ms, 0) AS ms, failed.failures,
       failed.trigger, uncovered.first, uncovered.last,
       (SELECT started_at FROM lifecycle.view_refreshes
        WHERE view_name = $1 AND status = 'OK' AND trigger IN ('STARTUP', 'NIGHTLY')
        ORDER BY started_at DESC LIMIT 1) AS last_scheduled,
       EXISTS (SELECT FROM lifecycle.view_refreshes
               WHERE view_name = $1 AND started_at > clock_timestamp() + )" AHEAD R"() AS ahead
FROM running, failed, uncovered LEFT JOIN last ON true)"};

// The newest of them becomes one of now; what lies between them stays.
constexpr Statement bring_back_sql{"lifecycle.bring_back", R"(
UPDATE lifecycle.view_refreshes r SET started_at = r.started_at - s.by, finished_at = r.finished_at - s.by
FROM (SELECT max(started_at) - clock_timestamp() AS by FROM lifecycle.view_refreshes WHERE view_name = $1) s
WHERE r.view_name = $1 AND r.started_at > clock_timestamp() + )" AHEAD};

constexpr Statement interrupted_sql{"lifecycle.fail_interrupted", R"(
UPDATE lifecycle.view_refreshes
SET status = 'FAILED', finished_at = greatest(clock_timestamp(), started_at), error = 'interrupted: the process that ran it ended'
WHERE view_name = $1 AND status = 'RUNNING')"};

constexpr Statement ok_sql{"lifecycle.finish_ok", R"(
UPDATE lifecycle.view_refreshes
SET status = 'OK', finished_at = greatest(clock_timestamp(), started_at), rows = $2, covers_seq = $3,
    duration_ms = greatest(0, (extract(epoch FROM clock_timestamp() - started_at) * 1000)::integer)
WHERE id = $1)"};

constexpr Statement failed_sql{"lifecycle.finish_failed", R"(
UPDATE lifecycle.view_refreshes
SET status = 'FAILED', finished_at = greatest(clock_timestamp(), started_at), error = $2,
    duration_ms = greatest(0, (extract(epoch FROM clock_timestamp() - started_at) * 1000)::integer)
WHERE id = $1 AND status = 'RUNNING')"};

constexpr Statement horizon_sql{
    "lifecycle.horizon",
    "SELECT last_seq, in_flight, in_flight_exact::integer[] AS exact FROM lifecycle.change_horizon()"};
constexpr Statement snapshot_sql{"lifecycle.snapshot", R"(
SELECT (SELECT coalesce(max(seq), 0) FROM fleet.outbox) AS max_seq,
       ARRAY(SELECT seq FROM fleet.outbox WHERE seq = ANY ($1::bigint[])) AS settled)"};

constexpr Statement filled_sql{
    "lifecycle.is_filled",
    "SELECT relispopulated FROM pg_class WHERE oid = ('lifecycle.' || quote_ident($1))::regclass"};

Answer<void> bring_back(Connection& connection, std::string view_name) {
    const Params params(view_name);
    Result<Rows> done = co_await connection.execute(bring_back_sql, params);
    if (!done) {
        co_return done.error();
    }
    co_return Result<void>();
}

/// A name from the catalogue, never from a request: safe to put into SQL.
std::string qualified(const ViewDefinition& view) { return "lifecycle." + std::string(view.name); }

}  // namespace

Answer<bool> try_lock_view(Connection& connection, const std::string& view_name) {
    const Params params(view_name);
    Result<Rows> rows = co_await connection.execute(try_lock_sql, params);
    if (!rows) {
        co_return rows.error();
    }
    co_return rows->front().get<bool>(0);
}

Answer<void> unlock_view(Connection& connection, const std::string& view_name) {
    const Params params(view_name);
    Result<Rows> rows = co_await connection.execute(unlock_sql, params);
    if (!rows) {
        co_return rows.error();
    }
    co_return Result<void>();
}

Answer<ObservedState> observe(Connection& connection, const ViewDefinition& view) {
    const Params params(view.name, like_patterns(view));
    Result<Rows> rows = co_await connection.execute(observe_sql, params);
    if (!rows) {
        co_return rows.error();
    }
    if (rows->front().get<bool>("ahead")) {
        Result<void> brought_back = co_await bring_back(connection, std::string(view.name));
        if (!brought_back) {
            co_return brought_back.error();
        }
        rows = co_await connection.execute(observe_sql, params);
        if (!rows) {
            co_return rows.error();
        }
    }
    const Row row = rows->front();
    ObservedState observed;
    observed.now = row.get<WallTime>("now");
    observed.orphaned = row.get<bool>("recorded") && !row.get<bool>("locked");
    ViewState& state = observed.state;
    state.filled = row.get<bool>("filled");
    state.running = row.get<bool>("locked");
    state.last_finished = row.get<std::optional<WallTime>>("finished_at");
    state.last_duration = std::chrono::milliseconds{row.get<std::int64_t>("ms")};
    state.failures = row.get<std::uint32_t>("failures");
    if (const auto token = row.get<std::optional<std::string>>("trigger")) {
        state.failed_trigger = trigger_from(*token);
    }
    state.last_scheduled = row.get<std::optional<WallTime>>("last_scheduled");
    state.first_uncovered = row.get<std::optional<WallTime>>("first");
    state.last_uncovered = row.get<std::optional<WallTime>>("last");
    co_return observed;
}

Answer<Run> begin_run(Connection& connection, const std::string& view_name, Trigger trigger,
                      const std::optional<std::string>& requested_by) {
    Result<bool> interrupted = co_await fail_interrupted(connection, view_name);
    if (!interrupted) {
        co_return interrupted.error();
    }
    static const std::string sql =
        "INSERT INTO lifecycle.view_refreshes AS r (id, view_name, trigger, requested_by, status, started_at)"
        " VALUES ($1, $2, $3, $4, 'RUNNING', clock_timestamp()) RETURNING " +
        run_table().columns();
    static const Statement begin_sql{"lifecycle.begin_run", sql.c_str()};
    const Params params(runtime::new_uuid().to_string(), view_name, to_string(trigger), requested_by);
    Result<Rows> rows = co_await connection.execute(begin_sql, params);
    if (!rows) {
        co_return rows.error();
    }
    co_return run_table().read(rows->front());
}

Answer<bool> fail_interrupted(Connection& connection, const std::string& view_name) {
    const Params params(view_name);
    Result<Rows> rows = co_await connection.execute(interrupted_sql, params);
    if (!rows) {
        co_return rows.error();
    }
    co_return rows->affected() > 0;
}

Answer<void> finish_ok(Connection& connection, const std::string& run_id, std::int64_t rows, std::int64_t covers_seq) {
    const Params params(run_id, rows, covers_seq);
    Result<Rows> done = co_await connection.execute(ok_sql, params);
    if (!done) {
        co_return done.error();
    }
    co_return Result<void>();
}

Answer<void> finish_failed(Connection& connection, const std::string& run_id, const std::string& error) {
    const Params params(run_id, error);
    Result<Rows> done = co_await connection.execute(failed_sql, params);
    if (!done) {
        co_return done.error();
    }
    co_return Result<void>();
}

Answer<ChangeHorizon> horizon(Connection& connection) {
    Result<Rows> rows = co_await connection.execute(horizon_sql);
    if (!rows) {
        co_return rows.error();
    }
    const Row row = rows->front();
    ChangeHorizon horizon;
    horizon.last_seq = row.get<std::int64_t>("last_seq");
    const auto numbers = row.get<std::vector<std::int64_t>>("in_flight");
    const auto exact = row.get<std::vector<std::int64_t>>("exact");
    for (std::size_t i = 0; i != numbers.size(); ++i) {
        horizon.writers.push_back({.first_seq = numbers[i], .exact = exact.at(i) != 0});
    }
    co_return horizon;
}

Answer<SnapshotChanges> snapshot_changes(Connection& connection, const ChangeHorizon& horizon) {
    std::vector<std::int64_t> numbers;
    for (const ChangeHorizon::Writer& writer : horizon.writers) {
        numbers.push_back(writer.first_seq);
    }
    const Params params(numbers);
    Result<Rows> rows = co_await connection.execute(snapshot_sql, params);
    if (!rows) {
        co_return rows.error();
    }
    SnapshotChanges changes;
    changes.max_seq = rows->front().get<std::int64_t>("max_seq");
    changes.settled = rows->front().get<std::vector<std::int64_t>>("settled");
    co_return changes;
}

Answer<bool> is_filled(Connection& connection, const std::string& view_name) {
    const Params params(view_name);
    Result<Rows> rows = co_await connection.execute(filled_sql, params);
    if (!rows) {
        co_return rows.error();
    }
    co_return rows->front().get<bool>(0);
}

Answer<void> refresh(Connection& connection, const ViewDefinition& view, bool concurrently) {
    const std::string sql =
        std::string("REFRESH MATERIALIZED VIEW ") + (concurrently ? "CONCURRENTLY " : "") + qualified(view);
    Result<Rows> done = co_await connection.query(sql, Params());
    if (!done) {
        co_return done.error();
    }
    co_return Result<void>();
}

Answer<std::int64_t> count_rows(Connection& connection, const ViewDefinition& view) {
    const std::string sql = "SELECT count(*) FROM " + qualified(view);
    Result<Rows> rows = co_await connection.query(sql, Params());
    if (!rows) {
        co_return rows.error();
    }
    co_return rows->front().get<std::int64_t>(0);
}

}  // namespace loan_manager::lifecycle::repository
