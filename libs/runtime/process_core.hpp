#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/instance_socket.hpp"
#include "runtime/process.hpp"

namespace loan_manager::runtime {

/// What a process knows of itself: whether it is ready, whether it should stop, and what to do then. Internal to the
/// library: `run` drives it, services see it as `Process`.
class ProcessCore final : public Process {
public:
    ProcessCore(const CommonSettings& settings, Loops& loops, Metrics& metrics);

    const CommonSettings& settings() const override { return settings_; }
    Loops& loops() override { return loops_; }
    Metrics& metrics() override { return metrics_; }
    void add_ready_check(std::string name, ReadyCheck check) override;
    void listening(const std::string& host, std::uint16_t port) override;
    void listening(std::shared_ptr<InstanceSocket> socket) override;
    void on_not_ready(Hook hook) override;
    void on_stop_accepting(Hook hook) override;
    void on_drain(std::function<void(SteadyTime)> hook) override;
    void on_cancel(Hook hook) override;
    void on_reload(Hook hook) override;
    void request_stop(std::string_view reason, bool failure) override;
    bool stopping() const override { return stopping_; }

    /// `start` has returned.
    void set_started() { started_ = true; }
    /// What is not fine, by name; empty when the process is ready.
    std::map<std::string, std::string> failing() const;
    /// Publishes the sockets in INSTANCE_DIR; failures are logged once and tried again at the next call.
    void publish_instances();
    void withdraw_instances();
    /// Forgets checks and reload hooks, which refer to the service.
    void forget_service();

    void wait_for_stop();
    std::string stop_reason() const;
    bool failed() const { return failed_; }

    void run_not_ready();
    void run_stop_accepting();
    void run_drain(SteadyTime deadline);
    void run_cancel();
    void run_reload();

private:
    template <typename Hooks>
    Hooks take(Hooks& hooks) {
        const std::lock_guard lock(mutex_);
        return std::exchange(hooks, {});
    }

    const CommonSettings& settings_;
    Loops& loops_;
    Metrics& metrics_;

    mutable std::mutex mutex_;
    std::condition_variable stop_asked_;
    std::string stop_reason_;
    std::map<std::string, ReadyCheck> checks_;
    std::vector<std::shared_ptr<InstanceSocket>> instances_;
    bool publish_complained_ = false;
    std::vector<Hook> not_ready_, stop_accepting_, cancel_, reload_;
    std::vector<std::function<void(SteadyTime)>> drain_;
    std::atomic<bool> started_{false}, stopping_{false}, failed_{false};
};

}  // namespace loan_manager::runtime
