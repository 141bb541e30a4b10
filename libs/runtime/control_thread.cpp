#include "runtime/control_thread.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <future>
#include <map>
#include <utility>

#include "runtime/background.hpp"
#include "runtime/log.hpp"
#include "runtime/service_manager.hpp"

namespace loan_manager::runtime {
namespace {

namespace asio = boost::asio;

// How often the process looks at itself, and how fast a change of readiness shows.
constexpr std::chrono::milliseconds look_interval{250};
constexpr std::chrono::milliseconds look_interval_until_ready{50};
// A loop that has not answered for so long is stuck: the process says it is not alive.
constexpr std::chrono::seconds stuck_after{10};
// What everything after the grace gets before the process is ended.
constexpr std::chrono::seconds overtime{5};

std::string summary_of(const std::map<std::string, std::string>& failing) {
    if (failing.empty()) {
        return "ready";
    }
    std::string text = "not ready:";
    for (const auto& [name, problem] : failing) {
        text.append(" ").append(name).append(": ").append(problem).append(";");
    }
    text.pop_back();
    return text;
}

AdminServer::Answer metrics_page(const Metrics& metrics) {
    return {200, "text/plain; version=0.0.4; charset=utf-8", metrics.text()};
}

}  // namespace

void leave_now(int code) {
    // If nobody reads our standard error, the last lines are not worth hanging for.
    ::alarm(2);
    log::close();
    std::_Exit(code);
}

ControlThread::ControlThread(const CommonSettings& settings, Loops& loops, Metrics& metrics, ProcessCore& core)
    : settings_(settings),
      loops_(loops),
      core_(core),
      signals_(context_, SIGTERM, SIGINT, SIGHUP),
      admin_(context_, settings.admin_host, settings.admin_port,
             {{"/health/live", [this] { return live(); }},
              {"/health/ready", [this] { return ready(); }},
              {"/metrics", [&metrics] { return metrics_page(metrics); }}}),
      ready_gauge_(metrics.gauge("lm_ready", "1 while the process is ready.")),
      stuck_after_(stuck_after),
      look_interval_(look_interval),
      fast_look_interval_(look_interval_until_ready) {
    if (const auto interval = service_manager::watchdog_interval()) {
        stuck_after_ = std::min<std::chrono::nanoseconds>(stuck_after_, *interval / 2);
        look_interval_ = std::min<std::chrono::nanoseconds>(look_interval_, *interval / 4);
        fast_look_interval_ = std::min(fast_look_interval_, look_interval_);
        watched_ = true;
    }
    wait_for_signal();
    admin_.start();
    look();
    thread_ = std::thread([this] { run(); });
}

ControlThread::~ControlThread() {
    context_.stop();
    thread_.join();
}

void ControlThread::look_soon() {
    asio::post(context_, [this] { look_timer_.cancel(); });
}

void ControlThread::forget_service() {
    std::promise<void> done;
    asio::post(context_, [&] {
        admin_.stop();
        look_timer_.cancel();
        forgotten_ = true;
        core_.forget_service();
        done.set_value();
    });
    done.get_future().wait();
}

void ControlThread::run() {
    pthread_setname_np(pthread_self(), "control");
    for (;;) {
        try {
            context_.run();
            return;
        } catch (...) {
            note_background_failure("control thread", std::current_exception());
        }
    }
}

void ControlThread::wait_for_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int number) {
        if (error) {
            return;
        }
        wait_for_signal();
        on_signal(number);
    });
}

void ControlThread::on_signal(int number) {
    if (number == SIGHUP) {
        log::reopen();
        core_.run_reload();
        log::info("reloaded: log file reopened");
        return;
    }
    if (std::exchange(told_to_stop_, true)) {
        log::warning("stopped at once by a second signal", {{"signal", number}});
        core_.withdraw_instances();
        leave_now(128 + number);
    }
    core_.request_stop(number == SIGINT ? "SIGINT" : "SIGTERM", false);
    look_timer_.cancel();
}

/// Looks at the process and tells those who want to know.
void ControlThread::look() {
    if (forgotten_) {
        return;
    }
    bool ready = false;
    try {
        loops_.ping();
        if (watched_ && loops_.slowest() < stuck_after_) {
            service_manager::alive();
        }
        if (core_.stopping()) {
            limit_the_stop();
        } else {
            ready = tell_readiness();
        }
    } catch (...) {
        note_background_failure("looking at the process", std::current_exception());
    }
    look_timer_.expires_after(ready ? look_interval_ : fast_look_interval_);
    // Cancelled means that somebody wants it sooner.
    look_timer_.async_wait([this](const boost::system::error_code&) { look(); });
}

bool ControlThread::tell_readiness() {
    const auto failing = core_.failing();
    ready_gauge_.set(failing.empty() ? 1 : 0);
    if (failing.empty()) {
        core_.publish_instances();
    }
    if (std::string status = summary_of(failing); status != status_) {
        service_manager::status(status);
        if (!status_.empty()) {
            log::info("readiness changed", {{"status", status}});
        }
        status_ = std::move(status);
    }
    return failing.empty();
}

void ControlThread::limit_the_stop() {
    if (std::exchange(stop_limited_, true)) {
        return;
    }
    limit_timer_.expires_after(settings_.shutdown_grace_seconds + overtime);
    limit_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) {
            log::error("stopping took too long; the process ends now");
            core_.withdraw_instances();
            leave_now(EXIT_FAILURE);
        }
    });
}

AdminServer::Answer ControlThread::live() const {
    if (loops_.slowest() < stuck_after_) {
        return {200, "application/json", R"({"status":"live"})"};
    }
    return {503, "application/json", R"({"status":"an event loop is stuck"})"};
}

AdminServer::Answer ControlThread::ready() const {
    const auto failing = core_.failing();
    if (failing.empty()) {
        return {200, "application/json", R"({"status":"ready"})"};
    }
    boost::json::object problems;
    for (const auto& [name, problem] : failing) {
        problems.emplace(name, problem);
    }
    const boost::json::object body{{"status", "not ready"}, {"failing", std::move(problems)}};
    return {503, "application/json", boost::json::serialize(body)};
}

}  // namespace loan_manager::runtime
