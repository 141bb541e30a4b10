#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "lifecycle-refresher/refresh/policy.hpp"
#include "lifecycle-refresher/refresh/repository.hpp"
#include "lifecycle-refresher/refresh/run.hpp"
#include "lifecycle-refresher/views/catalog.hpp"
#include "postgres/connection.hpp"
#include "runtime/background.hpp"

namespace loan_manager::lifecycle {

struct RefresherOptions {
    postgres::ConnectOptions connect;
    RefreshPolicy policy;
    /// A refresh waits this long at most for a lock on its view; then it fails and is retried.
    std::chrono::milliseconds lock_timeout{5'000};
    /// A refresh takes this long at most.
    std::chrono::milliseconds run_timeout{std::chrono::minutes{15}};
    /// Told about each finished run, on the refresher's loop: for metrics and to look for what is due next.
    std::function<void(const Run&)> on_finished;
};

/// Refreshes views, one run per view at a time across all instances.
///
/// A run has a database session of its own, which holds the view's advisory lock from before the run is recorded until
/// after its end is. If this process dies, the server ends the session and frees the lock; whoever takes the lock next
/// finds the row still RUNNING and marks it FAILED. The old content stays: the refresh is one transaction.
///
/// Belongs to one io_context run by one thread; every function is called there.
class Refresher {
public:
    Refresher(boost::asio::io_context& context, RefresherOptions options);
    Refresher(const Refresher&) = delete;
    Refresher& operator=(const Refresher&) = delete;

    /// Begins a run and answers its row, or that of the run already under way, here or in another instance.
    /// The run goes on after this has returned. Errors: what keeps the database from being used.
    boost::asio::awaitable<postgres::Result<Run>> start(const ViewDefinition& view, Trigger trigger,
                                                        std::optional<std::string> requested_by);

    /// Begins a run if the policy, asked again under the view's lock, still wants one. Also marks an interrupted run
    /// FAILED. Nothing when another instance holds the lock or nothing is due any more.
    boost::asio::awaitable<postgres::Result<std::optional<Run>>> start_if_due(const ViewDefinition& view);

    /// Waits for the runs under way, at most until `deadline`. Blocks: call it from a thread that runs no loop.
    bool wait_idle(std::chrono::steady_clock::time_point deadline) { return runs_.wait_idle(deadline); }

    /// Ends the runs under way; they are FAILED.
    void cancel();

private:
    /// A session that holds the lock of a view.
    using Session = std::unique_ptr<postgres::Connection>;
    struct Covered {
        std::int64_t rows = 0;
        std::int64_t covers_seq = 0;
    };

    boost::asio::awaitable<postgres::Result<Session>> open();
    /// Records the run and lets it go on by itself.
    boost::asio::awaitable<postgres::Result<Run>> launch(Session session, const ViewDefinition& view, Trigger trigger,
                                                         std::optional<std::string> requested_by);
    /// Frees the view's lock and ends the session.
    boost::asio::awaitable<void> release(Session session, const ViewDefinition& view);
    boost::asio::awaitable<void> run_to_end(Session session, const ViewDefinition& view, Run run);
    boost::asio::awaitable<postgres::Result<Covered>> refresh(postgres::Connection& connection,
                                                              const ViewDefinition& view, const Run& run);
    boost::asio::awaitable<postgres::Result<Coverage>> take_snapshot(postgres::Connection& connection);

    boost::asio::io_context& context_;
    RefresherOptions options_;
    std::shared_ptr<postgres::CancelThreads> cancellers_;
    runtime::BackgroundGroup runs_;
    bool stopping_ = false;
};

/// What went wrong, for `view_refreshes.error`: readable, without SQL and internal names.
std::string describe_failure(const postgres::Error& error);

}  // namespace loan_manager::lifecycle
