#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>

#include "lifecycle-refresher/refresh/refresher.hpp"
#include "postgres/listener.hpp"
#include "postgres/pool.hpp"
#include "runtime/periodic.hpp"

namespace loan_manager::lifecycle {

struct SchedulerOptions {
    postgres::ConnectOptions connect;  ///< For LISTEN.
    /// The tables are looked at this often even if no notification comes.
    std::chrono::milliseconds poll_interval{5'000};
    /// Notifications are answered with one look at most this often.
    std::chrono::milliseconds shortest_look{250};
    /// While a view is being refreshed.
    std::chrono::milliseconds look_while_running{1'000};
    int history_days = 90;
};

/// Looks what is due and has it refreshed: when fleet announces changes (`NOTIFY fleet_changes`), when a time set by
/// the policy comes, when a run ends, and every few seconds in any case, so that a lost notification costs seconds
/// only.
///
/// Belongs to the refresher's io_context; every function but `healthy`, `wake` and `wait_idle` is called there.
class Scheduler {
public:
    Scheduler(boost::asio::io_context& context, SchedulerOptions options, RefreshPolicy policy, postgres::Pool& pool,
              Refresher& refresher);
    Scheduler(const Scheduler&) = delete;
    Scheduler& operator=(const Scheduler&) = delete;

    void start();
    void stop();
    /// Something may be due: look soon.
    void wake() { looks_.run_soon(); }
    /// After stop(): waits for the look under way. Blocks.
    bool wait_idle(std::chrono::steady_clock::time_point deadline) { return looks_.wait_idle(deadline); }

    /// The last look at the tables succeeded. Any thread.
    bool healthy() const { return healthy_; }

private:
    boost::asio::awaitable<void> look();
    /// Starts what is due; how long to wait for the next look.
    boost::asio::awaitable<std::chrono::milliseconds> start_what_is_due();
    boost::asio::awaitable<void> forget_old_runs();

    SchedulerOptions options_;
    RefreshPolicy policy_;
    postgres::Pool& pool_;
    Refresher& refresher_;
    std::chrono::steady_clock::time_point next_prune_{};
    std::atomic<bool> healthy_{false};
    runtime::Periodic looks_;
    postgres::Listener listener_;
};

}  // namespace loan_manager::lifecycle
