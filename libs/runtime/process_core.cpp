#include "runtime/process_core.hpp"

#include <exception>
#include <system_error>
#include <utility>

#include "runtime/log.hpp"

namespace loan_manager::runtime {
namespace {

/// The last added first: what was started last is stopped first. One failing hook must not keep the others from
/// running.
template <typename Hooks, typename... Arguments>
void run_hooks(std::string_view step, const Hooks& hooks, Arguments... arguments) {
    for (auto hook = hooks.rbegin(); hook != hooks.rend(); ++hook) {
        try {
            (*hook)(arguments...);
        } catch (const std::exception& exception) {
            log::error("a step of the process failed", {{"step", step}, {"error", exception.what()}});
        }
    }
}

}  // namespace

ProcessCore::ProcessCore(const CommonSettings& settings, Loops& loops, Metrics& metrics)
    : settings_(settings), loops_(loops), metrics_(metrics) {}

void ProcessCore::add_ready_check(std::string name, ReadyCheck check) {
    const std::lock_guard lock(mutex_);
    checks_.insert_or_assign(std::move(name), std::move(check));
}

void ProcessCore::listening(const std::string& host, std::uint16_t port) {
    log::info("listening", {{"address", host_port(host, port)}});
}

void ProcessCore::listening(std::shared_ptr<InstanceSocket> socket) {
    log::info("listening", {{"socket", socket->path().string()}});
    const std::lock_guard lock(mutex_);
    instances_.push_back(std::move(socket));
}

void ProcessCore::on_not_ready(Hook hook) {
    const std::lock_guard lock(mutex_);
    not_ready_.push_back(std::move(hook));
}

void ProcessCore::on_stop_accepting(Hook hook) {
    const std::lock_guard lock(mutex_);
    stop_accepting_.push_back(std::move(hook));
}

void ProcessCore::on_drain(std::function<void(SteadyTime)> hook) {
    const std::lock_guard lock(mutex_);
    drain_.push_back(std::move(hook));
}

void ProcessCore::on_cancel(Hook hook) {
    const std::lock_guard lock(mutex_);
    cancel_.push_back(std::move(hook));
}

void ProcessCore::on_reload(Hook hook) {
    const std::lock_guard lock(mutex_);
    reload_.push_back(std::move(hook));
}

void ProcessCore::request_stop(std::string_view reason, bool failure) {
    const std::lock_guard lock(mutex_);
    if (failure) {
        failed_ = true;
    }
    if (!stopping_.exchange(true)) {
        stop_reason_ = reason;
        stop_asked_.notify_all();
    }
}

std::map<std::string, std::string> ProcessCore::failing() const {
    if (stopping_) {
        return {{"process", "stopping"}};
    }
    if (!started_) {
        return {{"process", "starting"}};
    }
    std::map<std::string, std::string> out;
    const std::lock_guard lock(mutex_);
    for (const auto& [name, check] : checks_) {
        try {
            if (auto problem = check()) {
                out.emplace(name, std::move(*problem));
            }
        } catch (const std::exception& exception) {
            out.emplace(name, exception.what());
        }
    }
    return out;
}

void ProcessCore::publish_instances() {
    const std::lock_guard lock(mutex_);
    try {
        for (const auto& instance : instances_) {
            instance->publish();
        }
        publish_complained_ = false;
    } catch (const std::system_error& error) {
        if (!std::exchange(publish_complained_, true)) {
            log::error("cannot publish the socket", {{"directory", settings_.instance_dir}, {"error", error.what()}});
        }
    }
}

void ProcessCore::withdraw_instances() {
    const std::lock_guard lock(mutex_);
    for (const auto& instance : instances_) {
        instance->withdraw();
    }
}

void ProcessCore::forget_service() {
    const std::lock_guard lock(mutex_);
    checks_.clear();
    reload_.clear();
}

void ProcessCore::wait_for_stop() {
    std::unique_lock lock(mutex_);
    stop_asked_.wait(lock, [this] { return stopping_.load(); });
}

std::string ProcessCore::stop_reason() const {
    const std::lock_guard lock(mutex_);
    return stop_reason_;
}

void ProcessCore::run_not_ready() { run_hooks("not ready", take(not_ready_)); }
void ProcessCore::run_stop_accepting() { run_hooks("stop accepting", take(stop_accepting_)); }
void ProcessCore::run_drain(SteadyTime deadline) { run_hooks("drain", take(drain_), deadline); }
void ProcessCore::run_cancel() { run_hooks("cancel", take(cancel_)); }

void ProcessCore::run_reload() {
    std::vector<Hook> hooks;
    {
        const std::lock_guard lock(mutex_);
        hooks = reload_;
    }
    run_hooks("reload", hooks);
}

}  // namespace loan_manager::runtime
