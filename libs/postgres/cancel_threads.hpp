#pragma once

#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <functional>

namespace loan_manager::postgres {

/// The few threads on which PQcancel may block; event loops never do.
class CancelThreads {
public:
    CancelThreads();
    ~CancelThreads();

    /// False, with the job dropped, after join().
    bool post(std::function<void()> job);
    /// Ends after the jobs that already run; later ones are dropped. Must happen before the io_contexts of the
    /// connections are destroyed.
    void join();

private:
    std::atomic<bool> joined_ = false;
    boost::asio::thread_pool threads_;
};

}  // namespace loan_manager::postgres
