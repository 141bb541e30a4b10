#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>

#include "lifecycle-refresher/refresh/refresher.hpp"
#include "postgres/listener.hpp"
#include "postgres/pool.hpp"

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
/// Belongs to the refresher's io_context; every function but `healthy` is called there.
class Scheduler {
public:
    Scheduler(boost::asio::io_context& context, SchedulerOptions options, RefreshPolicy policy, postgres::Pool& pool,
              Refresher& refresher);
    Scheduler(const Scheduler&) = delete;
    Scheduler& operator=(const Scheduler&) = delete;

    void start();
    void stop();
    /// Something may be due: look soon.
    void wake();

    /// The last look at the tables succeeded. Any thread.
    bool healthy() const { return healthy_; }

private:
    boost::asio::awaitable<void> run();
    /// Starts what is due; how long to wait for the next look.
    boost::asio::awaitable<std::chrono::milliseconds> look();
    boost::asio::awaitable<void> forget_old_runs();

    boost::asio::io_context& context_;
    SchedulerOptions options_;
    RefreshPolicy policy_;
    postgres::Pool& pool_;
    Refresher& refresher_;
    boost::asio::steady_timer timer_;
    postgres::Listener listener_;
    std::chrono::steady_clock::time_point next_prune_{};
    bool woken_ = false;
    bool stopping_ = false;
    std::atomic<bool> healthy_{false};
};

}  // namespace loan_manager::lifecycle
