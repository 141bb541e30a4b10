#include "lifecycle-refresher/refresh/repository.hpp"

#include <array>
#include <utility>

#include "runtime/uuid.hpp"

namespace loan_manager::lifecycle::repository {
namespace {

using postgres::Connection;
using postgres::Params;
using postgres::Result;
using postgres::Row;
using postgres::Rows;
using postgres::Statement;

#define RUN_COLUMNS                                                                                                \
    "r.id, r.view_name, r.trigger, r.requested_by, r.status, r.started_at, r.finished_at, r.rows, r.duration_ms, " \
    "r.covers_seq, r.error"
/// 'LV' and a hash of the name: the two halves of a view's advisory lock.
#define VIEW_LOCK "19542, hashtext($1::text)"

constexpr Statement try_lock_sql{"lifecycle.try_lock", "SELECT pg_try_advisory_lock(" VIEW_LOCK ")"};
constexpr Statement unlock_sql{"lifecycle.unlock", "SELECT pg_advisory_unlock(" VIEW_LOCK ")"};

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
        ORDER BY started_at DESC LIMIT 1) AS last_scheduled
FROM running, failed, uncovered LEFT JOIN last ON true)"};

constexpr Statement begin_sql{"lifecycle.begin_run", R"(
INSERT INTO lifecycle.view_refreshes AS r (id, view_name, trigger, requested_by, status, started_at)
VALUES ($1, $2, $3, $4, 'RUNNING', clock_timestamp())
RETURNING )" RUN_COLUMNS};

constexpr Statement interrupted_sql{"lifecycle.fail_interrupted", R"(
UPDATE lifecycle.view_refreshes
SET status = 'FAILED', finished_at = clock_timestamp(), error = 'interrupted: the process that ran it ended'
WHERE view_name = $1 AND status = 'RUNNING')"};

constexpr Statement ok_sql{"lifecycle.finish_ok", R"(
UPDATE lifecycle.view_refreshes
SET status = 'OK', finished_at = clock_timestamp(), rows = $2, covers_seq = $3,
    duration_ms = (extract(epoch FROM clock_timestamp() - started_at) * 1000)::integer
WHERE id = $1)"};

constexpr Statement failed_sql{"lifecycle.finish_failed", R"(
UPDATE lifecycle.view_refreshes
SET status = 'FAILED', finished_at = clock_timestamp(), error = $2,
    duration_ms = (extract(epoch FROM clock_timestamp() - started_at) * 1000)::integer
WHERE id = $1 AND status = 'RUNNING')"};

constexpr Statement running_sql{"lifecycle.running",
                                "SELECT " RUN_COLUMNS
                                " FROM lifecycle.view_refreshes r WHERE r.view_name = $1 AND r.status = 'RUNNING'"};

constexpr Statement by_ids_sql{"lifecycle.runs_by_ids",
                               "SELECT " RUN_COLUMNS
                               " FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, place)"
                               " JOIN lifecycle.view_refreshes r ON r.id = wanted.id ORDER BY wanted.place"};

constexpr Statement last_ok_sql{"lifecycle.last_ok",
                                "SELECT " RUN_COLUMNS
                                " FROM lifecycle.view_refreshes r"
                                " WHERE r.view_name = $1 AND r.status = 'OK' ORDER BY r.started_at DESC LIMIT 1"};
constexpr Statement last_sql{"lifecycle.last", "SELECT " RUN_COLUMNS
                                               " FROM lifecycle.view_refreshes r"
                                               " WHERE r.view_name = $1 ORDER BY r.started_at DESC, r.id DESC LIMIT 1"};

constexpr Statement history_sql{
    "lifecycle.history",
    "SELECT " RUN_COLUMNS
    " FROM lifecycle.view_refreshes r"
    " WHERE r.view_name = $1 AND ($2::timestamptz IS NULL OR (r.started_at, r.id) < ($2, $3::uuid))"
    " ORDER BY r.started_at DESC, r.id DESC LIMIT $4"};
constexpr Statement count_sql{
    "lifecycle.count_history",
    "SELECT count(*) FROM (SELECT FROM lifecycle.view_refreshes WHERE view_name = $1 LIMIT $2::bigint + 1) capped"};

constexpr Statement prune_sql{"lifecycle.prune", R"(
DELETE FROM lifecycle.view_refreshes old
WHERE started_at < now() - make_interval(days => $1) AND status <> 'RUNNING'
  AND EXISTS (SELECT FROM lifecycle.view_refreshes later
              WHERE later.view_name = old.view_name AND later.status = 'OK' AND later.started_at > old.started_at))"};

constexpr Statement horizon_sql{
    "lifecycle.horizon", "SELECT last_seq, in_flight, in_flight_exact::integer[] FROM lifecycle.change_horizon()"};
constexpr Statement snapshot_sql{"lifecycle.snapshot", R"(
SELECT (SELECT coalesce(max(seq), 0) FROM fleet.outbox),
       ARRAY(SELECT seq FROM fleet.outbox WHERE seq = ANY ($1::bigint[])))"};

constexpr Statement filled_sql{
    "lifecycle.is_filled",
    "SELECT relispopulated FROM pg_class WHERE oid = ('lifecycle.' || quote_ident($1))::regclass"};

Run read_run(const Row& row) {
    Run run;
    run.id = row.get<std::string>(0);
    run.view_name = row.get<std::string>(1);
    run.trigger = trigger_from(row.get<std::string>(2)).value();
    run.requested_by = row.get<std::optional<std::string>>(3);
    const std::string status = row.get<std::string>(4);
    run.status = status == "OK" ? RunStatus::ok : status == "FAILED" ? RunStatus::failed : RunStatus::running;
    run.started_at = row.get<WallTime>(5);
    run.finished_at = row.get<std::optional<WallTime>>(6);
    run.rows = row.get<std::optional<std::int32_t>>(7);
    run.duration_ms = row.get<std::optional<std::int32_t>>(8);
    run.covers_seq = row.get<std::optional<std::int64_t>>(9);
    run.error = row.get<std::optional<std::string>>(10);
    return run;
}

std::vector<Run> read_runs(const Rows& rows) {
    std::vector<Run> runs;
    for (const Row row : rows) {
        runs.push_back(read_run(row));
    }
    return runs;
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
    const Params params(runtime::new_uuid().to_string(), view_name, to_string(trigger), requested_by);
    Result<Rows> rows = co_await connection.execute(begin_sql, params);
    if (!rows) {
        co_return rows.error();
    }
    co_return read_run(rows->front());
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

Answer<std::optional<Run>> running(Connection& connection, const std::string& view_name) {
    const Params params(view_name);
    Result<Rows> rows = co_await connection.execute(running_sql, params);
    if (!rows) {
        co_return rows.error();
    }
    co_return rows->empty() ? std::nullopt : std::optional<Run>(read_run(rows->front()));
}

Answer<std::vector<Run>> by_ids(Connection& connection, const std::vector<std::string>& ids) {
    const Params params(ids);
    Result<Rows> rows = co_await connection.execute(by_ids_sql, params);
    if (!rows) {
        co_return rows.error();
    }
    co_return read_runs(*rows);
}

Answer<std::vector<ViewSummary>> summaries(Connection& connection) {
    postgres::Batch batch;
    for (const ViewDefinition& view : views()) {
        batch.add(last_ok_sql, Params(view.name));
        batch.add(last_sql, Params(view.name));
    }
    Result<std::vector<Rows>> answers = co_await connection.run(batch);
    if (!answers) {
        co_return answers.error();
    }
    std::vector<ViewSummary> result;
    std::size_t at = 0;
    for (const ViewDefinition& view : views()) {
        ViewSummary summary;
        summary.name = view.name;
        for (std::optional<Run>* run : {&summary.last_ok, &summary.last}) {
            const Rows& rows = (*answers)[at++];
            if (!rows.empty()) {
                *run = read_run(rows.front());
            }
        }
        result.push_back(std::move(summary));
    }
    co_return result;
}

Answer<std::vector<Run>> history(Connection& connection, const std::string& view_name,
                                 const std::optional<RunPosition>& after, int limit) {
    Params params(view_name);
    if (after) {
        params.add(after->started_at).add(after->id);
    } else {
        params.add(nullptr).add(nullptr);
    }
    params.add(limit);
    Result<Rows> rows = co_await connection.execute(history_sql, params);
    if (!rows) {
        co_return rows.error();
    }
    co_return read_runs(*rows);
}

Answer<std::int64_t> count_history(Connection& connection, const std::string& view_name, std::int64_t cap) {
    const Params params(view_name, cap);
    Result<Rows> rows = co_await connection.execute(count_sql, params);
    if (!rows) {
        co_return rows.error();
    }
    co_return rows->front().get<std::int64_t>(0);
}

Answer<void> prune(Connection& connection, int days) {
    const Params params(days);
    Result<Rows> rows = co_await connection.execute(prune_sql, params);
    if (!rows) {
        co_return rows.error();
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
    horizon.last_seq = row.get<std::int64_t>(0);
    const auto numbers = row.get<std::vector<std::int64_t>>(1);
    const auto exact = row.get<std::vector<std::int64_t>>(2);
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
    changes.max_seq = rows->front().get<std::int64_t>(0);
    changes.settled = rows->front().get<std::vector<std::int64_t>>(1);
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
