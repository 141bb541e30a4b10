#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "commands/runner.hpp"
#include "postgres/pool.hpp"
#include "runtime/clock.hpp"
#include "runtime/colombo_time.hpp"
#include "runtime/periodic.hpp"

namespace loan_manager::fleet::bikes {

/// B3 by itself: every day at 00:15 in Colombo, reservations whose last day has passed are released by the user
/// `system`. A run that was missed is made up at the start. Every instance does it: the bike's state under its lock
/// decides, so each reservation ends once, whoever comes first, and a customer who buys the bike meanwhile is not hurt.
///
/// Lives on one loop; start(), stop() and wait_idle() from any thread.
class ReservationExpiry {
public:
    /// Everything must outlive it; `home` must be one of the pools' loops. `step`: bikes looked for at a time.
    ReservationExpiry(boost::asio::io_context& home, postgres::PoolGroup& pools, commands::Runner& runner,
                      const runtime::Clock& clock, std::size_t step = 500);

    void start() { looks_.start(); }
    void stop() { looks_.stop(); }
    bool wait_idle(std::chrono::steady_clock::time_point deadline) { return looks_.wait_idle(deadline); }

    /// Does the run of the last 00:15 unless this object has done it. What fails is tried again after a minute.
    boost::asio::awaitable<void> run_if_due();

private:
    /// Bikes in the order of their ids, each in a transaction of its own, found a step at a time. Whether all of them
    /// could be dealt with.
    boost::asio::awaitable<bool> release_expired(runtime::Date today);
    boost::asio::awaitable<bool> release(std::string bicycle_id, runtime::Date today);

    postgres::PoolGroup& pools_;
    commands::Runner& runner_;
    const runtime::Clock& clock_;
    const std::size_t step_;
    std::optional<runtime::WallTime> done_;  ///< The 00:15 whose run is complete.
    runtime::Clock::SteadyTime not_before_{};
    runtime::Periodic looks_;
};

}  // namespace loan_manager::fleet::bikes
