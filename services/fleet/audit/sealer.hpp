#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "postgres/pool.hpp"

namespace loan_manager::fleet::audit {

/// Seals the audit log now and then: rows that were committed since are added to the hash chain, and the new head is
/// logged, so that the operator's log is a witness outside the database. One instance at a time seals, by advisory
/// lock; the others find nothing to do. Lives on one loop.
class Sealer {
public:
    Sealer(boost::asio::io_context& home, postgres::PoolGroup& pools, std::chrono::seconds interval);

    /// On the home loop.
    void start();
    void stop();

private:
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> seal_everything();

    boost::asio::io_context& home_;
    postgres::PoolGroup& pools_;
    std::chrono::seconds interval_;
    boost::asio::steady_timer timer_;
    bool stopping_ = false;
};

}  // namespace loan_manager::fleet::audit
