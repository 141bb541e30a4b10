#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>

#include "commands/runner.hpp"
#include "postgres/pool.hpp"
#include "runtime/periodic.hpp"

namespace loan_manager::fleet {

/// What goes on beside the calls: asks the database now and then whether it is there (readiness), and removes stored
/// answers that have expired. Lives on one loop; healthy(), start(), stop() and wait_idle() may be called from any
/// thread.
class Housekeeping {
public:
    /// Everything must outlive it; `home` must be one of the pools' loops.
    Housekeeping(boost::asio::io_context& home, postgres::PoolGroup& pools, commands::Runner& runner);

    void start();
    /// No further round begins; wait_idle() waits for those under way.
    void stop();
    bool wait_idle(std::chrono::steady_clock::time_point deadline);

    bool healthy() const { return healthy_; }

private:
    boost::asio::awaitable<void> look();
    boost::asio::awaitable<void> sweep();

    postgres::PoolGroup& pools_;
    commands::Runner& runner_;
    std::atomic<bool> healthy_{false};
    runtime::Periodic looking_;
    runtime::Periodic sweeping_;
};

}  // namespace loan_manager::fleet
