#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "commands/runner.hpp"
#include "postgres/pool.hpp"

namespace loan_manager::fleet {

/// What goes on beside the calls: asks the database once a second whether it is there (readiness), and now and then
/// removes stored answers that have expired. Lives on one loop; healthy() may be called from any thread.
class Housekeeping {
public:
    Housekeeping(boost::asio::io_context& home, postgres::PoolGroup& pools, commands::Runner& runner);

    /// On the home loop.
    void start();
    void stop();

    bool healthy() const { return healthy_; }

private:
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> look();

    boost::asio::io_context& home_;
    postgres::PoolGroup& pools_;
    commands::Runner& runner_;
    boost::asio::steady_timer timer_;
    std::atomic<bool> healthy_{false};
    bool stopping_ = false;
};

}  // namespace loan_manager::fleet
