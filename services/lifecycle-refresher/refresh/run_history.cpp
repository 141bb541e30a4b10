// What is known about past and present runs.
#include <utility>

#include "lifecycle-refresher/refresh/repository.hpp"
#include "lifecycle-refresher/refresh/run.hpp"

namespace loan_manager::lifecycle {

const sql::TableOf<Run>& run_table() {
    static const sql::TableOf<Run> table(sql::Layout{.table = "lifecycle.view_refreshes", .alias = "r"});
    return table;
}

namespace repository {
namespace {

using postgres::Connection;
using postgres::Params;
using postgres::Result;
using postgres::Rows;
using postgres::Statement;

std::string select_runs() { return "SELECT " + run_table().columns() + " FROM lifecycle.view_refreshes r"; }

constexpr Statement prune_sql{"lifecycle.prune", R"(
DELETE FROM lifecycle.view_refreshes old
WHERE started_at < now() - make_interval(days => $1) AND status <> 'RUNNING'
  AND EXISTS (SELECT FROM lifecycle.view_refreshes later
              WHERE later.view_name = old.view_name AND later.status = 'OK' AND later.started_at > old.started_at))"};

}  // namespace

Answer<std::optional<Run>> running(Connection& connection, const std::string& view_name) {
    static const std::string sql = select_runs() + " WHERE r.view_name = $1 AND r.status = 'RUNNING'";
    static const Statement running_sql{"lifecycle.running", sql.c_str()};
    const Params params(view_name);
    Result<Rows> rows = co_await connection.execute(running_sql, params);
    if (!rows) {
        co_return rows.error();
    }
    co_return run_table().read_first(*rows);
}

Answer<std::vector<Run>> by_ids(Connection& connection, const std::vector<std::string>& ids) {
    static const std::string sql = select_runs() +
                                   " JOIN unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, place) ON wanted.id = r.id"
                                   " ORDER BY wanted.place";
    static const Statement by_ids_sql{"lifecycle.runs_by_ids", sql.c_str()};
    const Params params(ids);
    Result<Rows> rows = co_await connection.execute(by_ids_sql, params);
    if (!rows) {
        co_return rows.error();
    }
    co_return run_table().read_all(*rows);
}

Answer<std::vector<ViewSummary>> summaries(Connection& connection) {
    static const std::string ok_sql =
        select_runs() + " WHERE r.view_name = $1 AND r.status = 'OK' ORDER BY r.started_at DESC LIMIT 1";
    static const std::string any_sql =
        select_runs() + " WHERE r.view_name = $1 ORDER BY r.started_at DESC, r.id DESC LIMIT 1";
    static const Statement last_ok_sql{"lifecycle.last_ok", ok_sql.c_str()};
    static const Statement last_sql{"lifecycle.last", any_sql.c_str()};
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
        summary.last_ok = run_table().read_first((*answers)[at++]);
        summary.last = run_table().read_first((*answers)[at++]);
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

}  // namespace repository
}  // namespace loan_manager::lifecycle
