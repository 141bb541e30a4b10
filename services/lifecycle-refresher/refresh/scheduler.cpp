#include "lifecycle-refresher/refresh/scheduler.hpp"

#include <algorithm>
#include <utility>

#include "runtime/log.hpp"

namespace loan_manager::lifecycle {
namespace {

namespace asio = boost::asio;
namespace log = runtime::log;
using postgres::Result;
using std::chrono::milliseconds;

postgres::ListenerOptions listen_to_fleet(const SchedulerOptions& options) {
    postgres::ListenerOptions listen;
    listen.connect = options.connect;
    listen.connect.application_name = "loan-manager lifecycle-refresher: listen";
    listen.channels = {"fleet_changes"};
    listen.task = "listening for changes";
    return listen;
}

/// A burst of notifications is one look; without them the next comes when what was found to be next is due.
runtime::PeriodicOptions looks(const SchedulerOptions& options) {
    runtime::PeriodicOptions periodic;
    periodic.name = "refresh schedule";
    periodic.interval = options.poll_interval;
    periodic.shortest_interval = options.shortest_look;
    return periodic;
}

}  // namespace

Scheduler::Scheduler(asio::io_context& context, SchedulerOptions options, RefreshPolicy policy, postgres::Pool& pool,
                     Refresher& refresher)
    : options_(std::move(options)),
      policy_(std::move(policy)),
      pool_(pool),
      refresher_(refresher),
      looks_(context.get_executor(), looks(options_), [this] { return look(); }),
      listener_(context, listen_to_fleet(options_),
                postgres::ListenerCallbacks{
                    .on_notification = [this](const postgres::Notification&) { wake(); },
                    // What was announced while nobody listened is lost: look at the tables.
                    .on_connected = [this] { wake(); },
                    .on_disconnected =
                        [](const postgres::Error& error) {
                            log::warning("no longer listening for changes", {{"error", postgres::to_string(error)}});
                        },
                }) {}

void Scheduler::start() {
    listener_.start();
    looks_.start();
}

void Scheduler::stop() {
    listener_.stop();
    looks_.stop();
}

asio::awaitable<void> Scheduler::look() {
    try {
        const milliseconds pause = co_await start_what_is_due();
        looks_.next_after(pause);
    } catch (...) {
        healthy_ = false;
        throw;
    }
}

asio::awaitable<milliseconds> Scheduler::start_what_is_due() {
    milliseconds pause = options_.poll_interval;
    bool healthy = true;
    for (const ViewDefinition& view : views()) {
        Result<postgres::Lease> lease = co_await pool_.acquire();
        if (!lease) {
            log::warning("the database cannot be reached", {{"error", postgres::to_string(lease.error())}});
            healthy = false;
            break;
        }
        Result<ObservedState> observed = co_await repository::observe(**lease, view);
        *lease = postgres::Lease();
        if (!observed) {
            log::warning("the state of a view could not be read",
                         {{"view", view.name}, {"error", postgres::to_string(observed.error())}});
            healthy = false;
            continue;
        }
        const Decision decision = decide(policy_, observed->state, observed->now);
        if (decision.run || observed->orphaned) {
            Result<std::optional<Run>> started = co_await refresher_.start_if_due(view);
            if (!started && !looks_.stopping()) {
                looks_.note_failure();
                log::warning("a refresh could not be started",
                             {{"view", view.name}, {"error", postgres::to_string(started.error())}});
            }
        } else if (observed->state.running) {
            // Another instance's run ends without waking us.
            pause = std::min(pause, options_.look_while_running);
        } else if (decision.look_again) {
            const auto wait = std::chrono::ceil<milliseconds>(*decision.look_again - observed->now);
            pause = std::clamp(wait, milliseconds{1}, pause);
        }
    }
    healthy_ = healthy;
    if (!healthy) {
        looks_.note_failure();
    }
    if (healthy && std::chrono::steady_clock::now() >= next_prune_) {
        co_await forget_old_runs();
    }
    co_return pause;
}

asio::awaitable<void> Scheduler::forget_old_runs() {
    next_prune_ = std::chrono::steady_clock::now() + std::chrono::hours{6};
    Result<postgres::Lease> lease = co_await pool_.acquire();
    Result<void> pruned = lease.has_value() ? Result<void>() : Result<void>(lease.error());
    if (lease) {
        pruned = co_await repository::prune(**lease, options_.history_days);
    }
    if (!pruned) {
        looks_.note_failure();
        log::warning("old refresh runs could not be removed", {{"error", postgres::to_string(pruned.error())}});
    }
}

}  // namespace loan_manager::lifecycle
