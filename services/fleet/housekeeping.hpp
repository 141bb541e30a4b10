#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>

#include "commands/runner.hpp"
#include "postgres/pool.hpp"
#include "runtime/periodic.hpp"

namespace loan_manager::fleet {

/// What goes on beside the calls: asks the database now and then whether it is there (readiness), removes stored
/// answers that have expired and events that nobody needs any more. Lives on one loop; healthy(), start(), stop() and
/// wait_idle() may be called from any thread.
class Housekeeping {
public:
    /// Everything must outlive it. `pool` is of the loop `home` and for this alone: however busy the calls keep their
    /// connections, that is no reason not to be ready.
    Housekeeping(boost::asio::io_context& home, postgres::Pool& pool, commands::Runner& runner,
                 std::int32_t outbox_keep_days);

    void start();
    /// No further round begins; wait_idle() waits for those under way.
    void stop();
    bool wait_idle(std::chrono::steady_clock::time_point deadline);

    bool healthy() const { return healthy_; }

private:
    boost::asio::awaitable<void> look();
    boost::asio::awaitable<void> sweep();
    boost::asio::awaitable<void> prune();

    postgres::Pool& pool_;
    commands::Runner& runner_;
    std::int32_t outbox_keep_days_;
    std::atomic<bool> healthy_{false};
    runtime::Periodic looking_;
    runtime::Periodic sweeping_;
    runtime::Periodic pruning_;
};

}  // namespace loan_manager::fleet
