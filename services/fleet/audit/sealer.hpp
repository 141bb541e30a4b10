#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>

#include "postgres/pool.hpp"
#include "runtime/periodic.hpp"

namespace loan_manager::fleet::audit {

/// Seals the audit log now and then: rows that were committed since are added to the hash chain, and the new head is
/// logged, so that the operator's log is a witness outside the database. One instance at a time seals, by advisory
/// lock; the others find nothing to do. Lives on one loop; start(), stop() and wait_idle() from any thread.
class Sealer {
public:
    /// Rows sealed in one transaction.
    static constexpr int step = 500;

    /// Everything must outlive it; `home` must be one of the pools' loops.
    Sealer(boost::asio::io_context& home, postgres::PoolGroup& pools, std::chrono::seconds interval);

    void start() { rounds_.start(); }
    void stop() { rounds_.stop(); }
    bool wait_idle(std::chrono::steady_clock::time_point deadline) { return rounds_.wait_idle(deadline); }

private:
    boost::asio::awaitable<void> seal_everything();

    postgres::PoolGroup& pools_;
    runtime::Periodic rounds_;
};

}  // namespace loan_manager::fleet::audit
