#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <string>

#include "commands/runner.hpp"
#include "postgres/pool.hpp"
#include "runtime/clock.hpp"
#include "runtime/colombo_time.hpp"

namespace loan_manager::fleet::bikes {

/// B3 by itself: every day at 00:15 in Colombo, reservations whose last day has passed are released by the user
/// `system`. A run that was missed is made up at the start. Every instance does it: the bike's state under its lock
/// decides, so each reservation ends once, whoever comes first, and a customer who buys the bike meanwhile is not hurt.
///
/// Lives on one loop.
class ReservationExpiry {
public:
    /// Everything must outlive it; `home` must be one of the pools' loops.
    ReservationExpiry(boost::asio::io_context& home, postgres::PoolGroup& pools, commands::Runner& runner,
                      const runtime::Clock& clock);

    /// On the home loop.
    void start();
    void stop();

    /// Does the run of the last 00:15 unless this object has done it. What fails is tried again after a minute.
    boost::asio::awaitable<void> run_if_due();

private:
    boost::asio::awaitable<void> run();
    /// Bikes in the order of their ids, each in a transaction of its own. Whether all of them could be dealt with.
    boost::asio::awaitable<bool> release_expired(runtime::Date today);
    boost::asio::awaitable<bool> release(std::string bicycle_id, runtime::Date today);

    boost::asio::io_context& home_;
    postgres::PoolGroup& pools_;
    commands::Runner& runner_;
    const runtime::Clock& clock_;
    boost::asio::steady_timer timer_;
    std::optional<runtime::WallTime> done_;  ///< The 00:15 whose run is complete.
    runtime::Clock::SteadyTime not_before_{};
    bool stopping_ = false;
};

}  // namespace loan_manager::fleet::bikes
