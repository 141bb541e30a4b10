#include "lifecycle-refresher/refresh/refresher.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "postgres/transaction.hpp"
#include "runtime/log.hpp"
#include "sql/proto_values.hpp"

namespace loan_manager::lifecycle {
namespace {

namespace asio = boost::asio;
namespace log = runtime::log;
namespace v1 = loanmanager::lifecycle::v1;
using postgres::Connection;
using postgres::Result;

/// How often a snapshot is taken again when writers came between it and the horizon. Each look takes well under a
/// millisecond, so several in a row are unlucky; then covers_seq is merely smaller than it might be.
constexpr int snapshot_attempts = 5;
/// The lock is held a moment longer than its run is recorded as RUNNING, at both ends: how often and how long to look
/// for the other one's row before giving up.
constexpr int join_attempts = 60;
constexpr std::chrono::milliseconds join_interval{50};

}  // namespace

std::string describe_failure(const postgres::Error& error) {
    using Kind = postgres::Error::Kind;
    if (error.is(postgres::sqlstate::lock_not_available)) {
        return "another session kept the view locked for too long";
    }
    if (error.kind == Kind::timeout || error.is(postgres::sqlstate::query_canceled)) {
        return "the refresh took too long";
    }
    if (error.kind == Kind::cancelled) {
        return "interrupted: the service was stopped";
    }
    if (error.kind == Kind::unavailable || error.kind == Kind::pool_exhausted) {
        return "the connection to the database was lost";
    }
    return error.sqlstate.empty() ? "the database could not be used" : "the database reported error " + error.sqlstate;
}

Refresher::Refresher(asio::io_context& context, RefresherOptions options)
    : context_(context),
      options_(std::move(options)),
      cancellers_(std::make_shared<postgres::CancelThreads>()),
      runs_(context.get_executor()) {
    options_.connect.statement_timeout = options_.run_timeout;
    options_.connect.application_name = "loan-manager lifecycle-refresher: refresh";
}

void Refresher::cancel() {
    stopping_ = true;
    runs_.cancel();
}

asio::awaitable<Result<Refresher::Session>> Refresher::open() {
    if (stopping_) {
        co_return postgres::Error(postgres::Error::Kind::cancelled, "the service is stopping");
    }
    Result<Session> session = co_await Connection::open(context_, options_.connect, cancellers_);
    if (!session) {
        co_return session;
    }
    // A killed process must not keep its view locked until the query it left behind is done.
    const std::string settings = "SET client_connection_check_interval = '2s'; SET lock_timeout = '" +
                                 std::to_string(options_.lock_timeout.count()) + "ms'";
    Result<void> set = co_await (*session)->script(settings);
    if (!set) {
        co_return set.error();
    }
    co_return session;
}

asio::awaitable<Result<Run>> Refresher::start(const ViewDefinition& view, Trigger trigger,
                                              std::optional<std::string> requested_by) {
    const std::string name(view.name);
    Result<Session> session = co_await open();
    if (!session) {
        co_return session.error();
    }
    asio::steady_timer timer(context_);
    for (int attempt = 0; attempt != join_attempts; ++attempt) {
        Result<bool> locked = co_await repository::try_lock_view(**session, name);
        if (!locked) {
            co_return locked.error();
        }
        if (*locked) {
            co_return co_await launch(std::move(*session), view, trigger, std::move(requested_by));
        }
        Result<std::optional<Run>> other = co_await repository::running(**session, name);
        if (!other) {
            co_return other.error();
        }
        if (*other) {
            co_return **other;
        }
        timer.expires_after(join_interval);
        co_await timer.async_wait(asio::use_awaitable);
    }
    co_return postgres::Error(postgres::Error::Kind::unavailable, "the view's lock is held but no run is recorded");
}

asio::awaitable<Result<std::optional<Run>>> Refresher::start_if_due(const ViewDefinition& view) {
    const std::string name(view.name);
    Result<Session> session = co_await open();
    if (!session) {
        co_return session.error();
    }
    Result<bool> locked = co_await repository::try_lock_view(**session, name);
    if (!locked) {
        co_return locked.error();
    }
    if (!*locked) {
        co_return std::nullopt;
    }
    Result<bool> interrupted = co_await repository::fail_interrupted(**session, name);
    if (!interrupted) {
        co_return interrupted.error();
    }
    if (*interrupted) {
        log::warning("a refresh was interrupted", {{"view", name}});
    }
    // Another instance may have done it between the look that brought us here and the lock.
    Result<ObservedState> observed = co_await repository::observe(**session, view);
    if (!observed) {
        co_return observed.error();
    }
    observed->state.running = false;  // the lock that is held is our own
    const Decision decision = decide(options_.policy, observed->state, observed->now);
    if (!decision.run) {
        co_await release(std::move(*session), view);
        co_return std::nullopt;
    }
    Result<Run> run = co_await launch(std::move(*session), view, *decision.run, std::nullopt);
    if (!run) {
        co_return run.error();
    }
    co_return std::move(*run);
}

asio::awaitable<Result<Run>> Refresher::launch(Session session, const ViewDefinition& view, Trigger trigger,
                                               std::optional<std::string> requested_by) {
    const std::string name(view.name);
    Result<Run> run = co_await repository::begin_run(*session, name, trigger, requested_by);
    if (!run) {
        co_return run;
    }
    auto work = run_to_end(std::move(session), view, *run);
    runs_.start("view refresh", std::move(work));
    co_return run;
}

asio::awaitable<void> Refresher::release(Session session, const ViewDefinition& view) {
    // The server frees the lock of a closed session too, but a moment later, and whoever looks in between takes the
    // view for being refreshed.
    if (session->is_usable()) {
        static_cast<void>(co_await repository::unlock_view(*session, std::string(view.name)));
    }
}

asio::awaitable<void> Refresher::run_to_end(Session session, const ViewDefinition& view, Run run) {
    // Cancellation is seen as an error of the operation under way; recording it must still be possible.
    co_await asio::this_coro::throw_if_cancelled(false);
    log::info("refresh started",
              {{"view", view.name}, {"trigger", sql::token_of(run.trigger())}, {"run_id", run.id()}});
    const auto began = std::chrono::steady_clock::now();
    Result<Covered> covered = co_await refresh(*session, view, run);
    const auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    run.set_duration_ms(static_cast<std::int32_t>(taken.count()));
    if (covered) {
        run.set_status(v1::REFRESH_STATUS_OK);
        run.set_rows(static_cast<std::int32_t>(covered->rows));
        run.set_covers_seq(covered->covers_seq);
        log::info("refresh done", {{"view", view.name},
                                   {"run_id", run.id()},
                                   {"rows", covered->rows},
                                   {"covers_seq", covered->covers_seq},
                                   {"ms", taken.count()}});
    } else {
        run.set_status(v1::REFRESH_STATUS_FAILED);
        run.set_error(describe_failure(covered.error()));
        log::warning("refresh failed", {{"view", view.name},
                                        {"run_id", run.id()},
                                        {"ms", taken.count()},
                                        {"error", postgres::to_string(covered.error())}});
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        if (co_await session->recover(std::chrono::seconds{5})) {
            Result<void> recorded = co_await repository::finish_failed(*session, run.id(), run.error());
            if (!recorded) {
                log::warning("a failed refresh could not be recorded", {{"run_id", run.id()}});
            }
        }
    }
    // A run that could not be recorded is found by the next one to lock the view.
    co_await release(std::move(session), view);
    if (options_.on_finished) {
        options_.on_finished(run);
    }
}

asio::awaitable<Result<Refresher::Covered>> Refresher::refresh(Connection& connection, const ViewDefinition& view,
                                                               const Run& run) {
    Result<bool> filled = co_await repository::is_filled(connection, std::string(view.name));
    if (!filled) {
        co_return filled.error();
    }
    Result<Coverage> coverage = co_await take_snapshot(connection);
    if (!coverage) {
        co_return coverage.error();
    }
    // Everything below sees the snapshot just taken: the transaction is REPEATABLE READ.
    Result<void> refreshed = co_await repository::refresh(connection, view, *filled);
    if (!refreshed) {
        co_return refreshed.error();
    }
    Result<std::int64_t> rows = co_await repository::count_rows(connection, view);
    if (!rows) {
        co_return rows.error();
    }
    Result<void> recorded = co_await repository::finish_ok(connection, run.id(), *rows, coverage->seq);
    if (!recorded) {
        co_return recorded.error();
    }
    Result<void> committed = co_await connection.script("COMMIT");
    if (!committed) {
        co_return committed.error();
    }
    if (run.trigger() == v1::REFRESH_TRIGGER_STARTUP) {
        // The first reports must not be planned as if the view were empty.
        static_cast<void>(co_await connection.script("ANALYZE lifecycle." + std::string(view.name)));
    }
    co_return Covered{.rows = *rows, .covers_seq = coverage->seq};
}

asio::awaitable<Result<Coverage>> Refresher::take_snapshot(Connection& connection) {
    Coverage covered;
    for (int attempt = 1;; ++attempt) {
        Result<ChangeHorizon> horizon = co_await repository::horizon(connection);
        if (!horizon) {
            co_return horizon.error();
        }
        Result<void> begun = co_await connection.script("BEGIN ISOLATION LEVEL REPEATABLE READ");
        if (!begun) {
            co_return begun.error();
        }
        Result<SnapshotChanges> changes = co_await repository::snapshot_changes(connection, *horizon);
        if (!changes) {
            co_return changes.error();
        }
        covered = coverage(*horizon, *changes);
        if (covered.exact || attempt == snapshot_attempts) {
            co_return covered;
        }
        Result<void> ended = co_await connection.script("ROLLBACK");
        if (!ended) {
            co_return ended.error();
        }
    }
}

}  // namespace loan_manager::lifecycle
