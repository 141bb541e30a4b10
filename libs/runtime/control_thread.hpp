#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

#include "runtime/admin_server.hpp"
#include "runtime/common_settings.hpp"
#include "runtime/loops.hpp"
#include "runtime/metrics.hpp"
#include "runtime/process_core.hpp"

namespace loan_manager::runtime {

/// Ends the process without destructors: for when threads cannot be joined any more.
[[noreturn]] void leave_now(int code);

/// The thread that serves everything about the process itself: signals, admin server, systemd. It outlives the service.
/// Internal to the library.
class ControlThread {
public:
    /// Starts at once; throws StartupError when the admin server cannot listen.
    ControlThread(const CommonSettings& settings, Loops& loops, Metrics& metrics, ProcessCore& core);
    ~ControlThread();
    ControlThread(const ControlThread&) = delete;
    ControlThread& operator=(const ControlThread&) = delete;

    std::uint16_t admin_port() const { return admin_.port(); }
    /// Notice now that the service has started, not at the next look.
    void look_soon();
    /// Ends everything that refers to the service; signals and the time limit stay.
    void forget_service();

private:
    void run();
    void wait_for_signal();
    void on_signal(int number);
    void look();
    bool tell_readiness();
    void limit_the_stop();
    AdminServer::Answer live() const;
    AdminServer::Answer ready() const;

    const CommonSettings& settings_;
    Loops& loops_;
    ProcessCore& core_;
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
    boost::asio::signal_set signals_;
    boost::asio::steady_timer look_timer_{context_};
    boost::asio::steady_timer limit_timer_{context_};
    AdminServer admin_;
    Gauge ready_gauge_;
    std::chrono::nanoseconds stuck_after_;
    std::chrono::nanoseconds look_interval_;
    std::chrono::nanoseconds fast_look_interval_;
    std::string status_;
    bool watched_ = false;
    bool told_to_stop_ = false;
    bool stop_limited_ = false;
    bool forgotten_ = false;
    std::thread thread_;
};

}  // namespace loan_manager::runtime
