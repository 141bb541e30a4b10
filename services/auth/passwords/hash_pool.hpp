// Argon2 away from the event loops.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "auth/passwords/argon2.hpp"
#include "rpc/error.hpp"

namespace loan_manager::auth::passwords {

/// Computes hashes on threads of its own. Each running hash holds Cost::memory_kib, so threads and queue bound both
/// the memory and the time sign-ins can take; a full queue answers UNAVAILABLE with Retry-After at once.
///
/// Callable from any loop; the coroutine resumes on its own executor. A computation that has begun is not interrupted
/// by cancellation.
class HashPool {
public:
    /// 0 threads means one per processor. `max_waiting` jobs may wait besides the running ones.
    HashPool(Cost cost, std::size_t threads, std::size_t max_waiting);
    /// Waits for the jobs that were taken.
    ~HashPool();
    HashPool(const HashPool&) = delete;
    HashPool& operator=(const HashPool&) = delete;

    /// Whether the password belongs to the PHC string.
    boost::asio::awaitable<rpc::Result<bool>> verify(std::string password, std::string phc);

    /// Spends the time of a `verify` that fails: for users that do not exist or cannot sign in.
    boost::asio::awaitable<rpc::Result<bool>> verify_nobody(std::string password);

    /// PHC string of a new password.
    boost::asio::awaitable<rpc::Result<std::string>> hash(std::string password);

    const Cost& cost() const noexcept { return cost_; }
    /// Jobs running or waiting.
    std::size_t pending() const noexcept { return pending_; }

private:
    struct Job;
    boost::asio::awaitable<rpc::Result<void>> run(std::shared_ptr<Job> job);

    const Cost cost_;
    const std::size_t max_pending_;
    const std::string nobody_;  // a hash of a password nobody knows
    std::atomic<std::size_t> pending_{0};
    boost::asio::thread_pool threads_;
};

}  // namespace loan_manager::auth::passwords
