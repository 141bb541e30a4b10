#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "lifecycle-refresher/refresh/horizon.hpp"
#include "lifecycle-refresher/refresh/policy.hpp"
#include "lifecycle-refresher/refresh/run.hpp"
#include "lifecycle-refresher/views/catalog.hpp"
#include "postgres/connection.hpp"

namespace loan_manager::lifecycle {

/// `ViewState` as one statement sees it, with the database's clock: instances on several hosts agree on it.
struct ObservedState {
    ViewState state;
    WallTime now{};
    /// A run is recorded as RUNNING but nobody holds the view's lock: the process that ran it is gone.
    bool orphaned = false;
};

/// One view as it is listed.
struct ViewSummary {
    std::string name;
    std::optional<Run> last_ok;
    std::optional<Run> last;
};

/// All SQL about runs. Functions are stateless; each takes the connection it works on.
namespace repository {

template <class T>
using Answer = boost::asio::awaitable<postgres::Result<T>>;

/// The session-level lock under which a view is refreshed; released with the session.
Answer<bool> try_lock_view(postgres::Connection& connection, const std::string& view_name);
Answer<void> unlock_view(postgres::Connection& connection, const std::string& view_name);

/// Runs dated by a clock that has been put back since are brought back to now first.
Answer<ObservedState> observe(postgres::Connection& connection, const ViewDefinition& view);

/// Records the start. The caller holds the view's lock, so a run still recorded as RUNNING was interrupted and becomes
/// FAILED first.
Answer<Run> begin_run(postgres::Connection& connection, const std::string& view_name, Trigger trigger,
                      const std::optional<std::string>& requested_by);
/// Only the second half of that. The caller holds the lock. True: there was such a run.
Answer<bool> fail_interrupted(postgres::Connection& connection, const std::string& view_name);

/// Within the transaction of the refresh, so that content and record appear together.
Answer<void> finish_ok(postgres::Connection& connection, const std::string& run_id, std::int64_t rows,
                       std::int64_t covers_seq);
Answer<void> finish_failed(postgres::Connection& connection, const std::string& run_id, const std::string& error);

Answer<std::optional<Run>> running(postgres::Connection& connection, const std::string& view_name);
Answer<std::vector<Run>> by_ids(postgres::Connection& connection, const std::vector<std::string>& ids);
Answer<std::vector<ViewSummary>> summaries(postgres::Connection& connection);

/// Forgets runs older than `days`, but never the last successful one of a view.
Answer<void> prune(postgres::Connection& connection, int days);

Answer<ChangeHorizon> horizon(postgres::Connection& connection);
/// The first statement of the refresh's transaction: it takes the snapshot.
Answer<SnapshotChanges> snapshot_changes(postgres::Connection& connection, const ChangeHorizon& horizon);

Answer<bool> is_filled(postgres::Connection& connection, const std::string& view_name);
Answer<void> refresh(postgres::Connection& connection, const ViewDefinition& view, bool concurrently);
Answer<std::int64_t> count_rows(postgres::Connection& connection, const ViewDefinition& view);

}  // namespace repository
}  // namespace loan_manager::lifecycle
