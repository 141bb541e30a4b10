// What is known about past and present runs.
#include <utility>

#include "lifecycle-refresher/refresh/repository.hpp"
#include "lifecycle-refresher/refresh/run_row.hpp"

namespace loan_manager::lifecycle::repository {
namespace {

using postgres::Connection;
using postgres::Params;
using postgres::Result;
using postgres::Row;
using postgres::Rows;
using postgres::Statement;

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

constexpr Statement prune_sql{"lifecycle.prune", R"(
DELETE FROM lifecycle.view_refreshes old
WHERE started_at < now() - make_interval(days => $1) AND status <> 'RUNNING'
  AND EXISTS (SELECT FROM lifecycle.view_refreshes later
              WHERE later.view_name = old.view_name AND later.status = 'OK' AND later.started_at > old.started_at))"};

}  // namespace

Run read_run(const postgres::Row& row) {
    Run run;
    run.id = row.get<std::string>("id");
    run.view_name = row.get<std::string>("view_name");
    run.trigger = trigger_from(row.get<std::string>("trigger")).value();
    run.requested_by = row.get<std::optional<std::string>>("requested_by");
    const std::string status = row.get<std::string>("status");
    run.status = status == "OK" ? RunStatus::ok : status == "FAILED" ? RunStatus::failed : RunStatus::running;
    run.started_at = row.get<WallTime>("started_at");
    run.finished_at = row.get<std::optional<WallTime>>("finished_at");
    run.rows = row.get<std::optional<std::int32_t>>("rows");
    run.duration_ms = row.get<std::optional<std::int32_t>>("duration_ms");
    run.covers_seq = row.get<std::optional<std::int64_t>>("covers_seq");
    run.error = row.get<std::optional<std::string>>("error");
    return run;
}

std::vector<Run> read_runs(const Rows& rows) {
    std::vector<Run> runs;
    for (const Row row : rows) {
        runs.push_back(read_run(row));
    }
    return runs;
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

Answer<void> prune(Connection& connection, int days) {
    const Params params(days);
    Result<Rows> rows = co_await connection.execute(prune_sql, params);
    if (!rows) {
        co_return rows.error();
    }
    co_return Result<void>();
}

}  // namespace loan_manager::lifecycle::repository
