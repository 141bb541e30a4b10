#include "lifecycle-refresher/refresh/scheduler.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
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
    return listen;
}

}  // namespace

Scheduler::Scheduler(asio::io_context& context, SchedulerOptions options, RefreshPolicy policy, postgres::Pool& pool,
                     Refresher& refresher)
    : context_(context),
      options_(std::move(options)),
      policy_(std::move(policy)),
      pool_(pool),
      refresher_(refresher),
      timer_(context),
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
    asio::co_spawn(context_, run(), [](const std::exception_ptr& error) {
        if (error) {
            std::rethrow_exception(error);
        }
    });
}

void Scheduler::stop() {
    stopping_ = true;
    listener_.stop();
    timer_.cancel();
}

void Scheduler::wake() {
    if (!woken_) {
        woken_ = true;
        timer_.cancel();
    }
}

asio::awaitable<void> Scheduler::run() {
    while (!stopping_) {
        const auto looked = std::chrono::steady_clock::now();
        woken_ = false;
        milliseconds pause = options_.poll_interval;
        try {
            pause = co_await look();
        } catch (const std::exception& error) {
            healthy_ = false;
            log::error("the schedule could not be worked out", {{"error", error.what()}});
        }
        // A burst of notifications is one look; without them wait for what was found to be next.
        while (!stopping_) {
            const auto until = looked + (woken_ ? options_.shortest_look : pause);
            if (std::chrono::steady_clock::now() >= until) {
                break;
            }
            timer_.expires_at(until);
            co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }
}

asio::awaitable<milliseconds> Scheduler::look() {
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
            if (!started && !stopping_) {
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
    if (healthy && std::chrono::steady_clock::now() >= next_prune_) {
        co_await forget_old_runs();
    }
    co_return pause;
}

asio::awaitable<void> Scheduler::forget_old_runs() {
    next_prune_ = std::chrono::steady_clock::now() + std::chrono::hours{6};
    Result<postgres::Lease> lease = co_await pool_.acquire();
    if (!lease) {
        co_return;
    }
    Result<void> pruned = co_await repository::prune(**lease, options_.history_days);
    if (!pruned) {
        log::warning("old refresh runs could not be removed", {{"error", postgres::to_string(pruned.error())}});
    }
}

}  // namespace loan_manager::lifecycle
