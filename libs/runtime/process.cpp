#include "runtime/process.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <future>
#include <system_error>
#include <thread>
#include <utility>

#include "runtime/admin_server.hpp"
#include "runtime/log.hpp"
#include "runtime/process_core.hpp"
#include "runtime/process_metrics.hpp"
#include "runtime/service_manager.hpp"

namespace loan_manager::runtime {
namespace {

namespace asio = boost::asio;

// How often the process looks at itself, and how fast a change of readiness shows.
constexpr std::chrono::milliseconds look_interval{250};
constexpr std::chrono::milliseconds look_interval_until_ready{50};
// A loop that has not answered for so long is stuck: the process says it is not alive.
constexpr std::chrono::seconds stuck_after{10};
// What cancelled work gets to unwind, and what everything after the grace gets before the process is ended.
constexpr std::chrono::seconds unwind_time{2};
constexpr std::chrono::seconds overtime{5};

constexpr int exit_stopped = 0;
constexpr int exit_failed = 1;
constexpr int exit_bad_settings = 2;

void print_line(const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); }

/// Ends the process without destructors: for when threads cannot be joined any more.
[[noreturn]] void leave_now(int code) {
    // If nobody reads our standard error, the last lines are not worth hanging for.
    ::alarm(2);
    log::close();
    std::_Exit(code);
}

std::string summary_of(const std::map<std::string, std::string>& failing) {
    if (failing.empty()) {
        return "ready";
    }
    std::string text = "not ready:";
    for (const auto& [name, problem] : failing) {
        text += " " + name + ": " + problem + ";";
    }
    text.pop_back();
    return text;
}

/// The thread that serves everything about the process itself: signals, admin server, systemd. It outlives the service.
class ControlThread {
public:
    ControlThread(const std::string& service, const std::string& version, const CommonSettings& settings, Loops& loops,
                  Metrics& metrics, ProcessCore& core)
        : settings_(settings),
          loops_(loops),
          metrics_(metrics),
          core_(core),
          admin_(context_, settings.admin_host, settings.admin_port,
                 {{"/health/live", [this] { return live(); }},
                  {"/health/ready", [this] { return ready(); }},
                  {"/metrics", [this] { return collect(); }}}),
          ready_gauge_(metrics.gauge("lm_ready", "1 while the process is ready.")) {
        add_process_metrics(metrics, loops, service, version);
        if (const auto interval = service_manager::watchdog_interval()) {
            stuck_after_ = std::min<std::chrono::nanoseconds>(stuck_after, *interval / 2);
            look_interval_ = std::min<std::chrono::nanoseconds>(look_interval, *interval / 4);
            watched_ = true;
        }
        wait_for_signal();
        admin_.start();
        look();
        thread_ = std::thread([this] { run(); });
    }

    ~ControlThread() {
        context_.stop();
        thread_.join();
    }

    std::uint16_t admin_port() const { return admin_.port(); }

    /// Notice now that the service has started, not at the next look.
    void look_soon() {
        asio::post(context_, [this] { look_timer_.cancel(); });
    }

    /// Ends everything that refers to the service; signals and the time limit stay.
    void forget_service() {
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

private:
    void run() {
        pthread_setname_np(pthread_self(), "control");
        for (;;) {
            try {
                context_.run();
                return;
            } catch (const std::exception& exception) {
                log::error("an exception reached the control thread", {{"error", exception.what()}});
            }
        }
    }

    void wait_for_signal() {
        signals_.async_wait([this](const boost::system::error_code& error, int number) {
            if (error) {
                return;
            }
            wait_for_signal();
            on_signal(number);
        });
    }

    void on_signal(int number) {
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
    void look() {
        if (forgotten_) {
            return;
        }
        loops_.ping();
        if (watched_ && loops_.slowest() < stuck_after_) {
            service_manager::alive();
        }
        bool ready = false;
        if (core_.stopping()) {
            limit_the_stop();
        } else {
            ready = tell_readiness();
        }
        look_timer_.expires_after(ready ? look_interval_ : std::min(look_interval_, fast_look_interval_));
        // Cancelled means that somebody wants it sooner.
        look_timer_.async_wait([this](const boost::system::error_code&) { look(); });
    }

    bool tell_readiness() {
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

    void limit_the_stop() {
        if (std::exchange(stop_limited_, true)) {
            return;
        }
        limit_timer_.expires_after(settings_.shutdown_grace_seconds + overtime);
        limit_timer_.async_wait([this](const boost::system::error_code& error) {
            if (!error) {
                log::error("stopping took too long; the process ends now");
                core_.withdraw_instances();
                leave_now(exit_failed);
            }
        });
    }

    AdminServer::Answer live() const {
        if (loops_.slowest() < stuck_after_) {
            return {200, "application/json", R"({"status":"live"})"};
        }
        return {503, "application/json", R"({"status":"an event loop is stuck"})"};
    }

    AdminServer::Answer ready() const {
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

    AdminServer::Answer collect() const { return {200, "text/plain; version=0.0.4; charset=utf-8", metrics_.text()}; }

    const CommonSettings& settings_;
    Loops& loops_;
    Metrics& metrics_;
    ProcessCore& core_;
    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
    asio::signal_set signals_{context_, SIGTERM, SIGINT, SIGHUP};
    asio::steady_timer look_timer_{context_};
    asio::steady_timer limit_timer_{context_};
    AdminServer admin_;
    Gauge ready_gauge_;
    std::chrono::nanoseconds stuck_after_ = stuck_after;
    std::chrono::nanoseconds look_interval_ = look_interval;
    std::chrono::nanoseconds fast_look_interval_ = look_interval_until_ready;
    std::string status_;
    bool watched_ = false;
    bool told_to_stop_ = false;
    bool stop_limited_ = false;
    bool forgotten_ = false;
    std::thread thread_;
};

/// The steps from "stop" to the end of the loops. Returns whether the loops ended.
bool stop(ProcessCore& core, const CommonSettings& settings, Loops& loops) {
    const auto deadline = std::chrono::steady_clock::now() + settings.shutdown_grace_seconds;
    log::info("stopping", {{"reason", core.stop_reason()}, {"grace_seconds", settings.shutdown_grace_seconds.count()}});
    service_manager::stopping();
    service_manager::status("stopping: " + core.stop_reason());
    core.withdraw_instances();
    core.run_not_ready();
    core.run_stop_accepting();
    core.run_drain(deadline);
    core.run_cancel();
    return loops.finish(std::chrono::steady_clock::now() + unwind_time);
}

int serve(const ProcessSpec& spec, const std::string& version, const CommonSettings& settings) {
    Metrics metrics;
    Loops loops(settings.threads);
    ProcessCore core(settings, loops, metrics);
    ControlThread control(spec.service, version, settings, loops, metrics, core);
    log::info("starting", {{"version", version},
                           {"pid", ::getpid()},
                           {"admin", host_port(settings.admin_host, control.admin_port())},
                           {"threads", loops.size()},
                           {"environment", settings.environment}});
    loops.start();

    std::shared_ptr<void> service;
    try {
        service = spec.start(core);
    } catch (const std::exception& exception) {
        // The service is half built and its parts may still be at work on the loops: leave without touching it.
        core.withdraw_instances();
        if (!settings.log_file.empty()) {
            log::error("cannot start", {{"error", exception.what()}});
        }
        service_manager::status(exception.what());
        print_line(spec.program + ": " + exception.what());
        leave_now(exit_failed);
    }
    core.set_started();
    service_manager::ready();
    log::info("started");
    control.look_soon();

    core.wait_for_stop();
    const bool clean = stop(core, settings, loops);
    const int code = core.failed() ? exit_failed : exit_stopped;
    if (!clean) {
        // Something ignored its cancellation. Destroying the service under it would be worse than leaving it be.
        log::warning("stopped with work still on an event loop");
        leave_now(code);
    }
    control.forget_service();
    service.reset();
    log::info("stopped");
    return code;
}

}  // namespace

int run(const ProcessSpec& spec, int argc, char** argv) {
    const std::string version = spec.version.empty() ? LM_VERSION : spec.version;
    CommonSettings settings;
    SettingsTable table(spec.program, version, spec.summary);
    add_common_settings(table, settings, spec.defaults);
    if (spec.add_settings) {
        spec.add_settings(table);
    }
    const auto action = table.parse(argc, argv);
    if (!action) {
        print_line(spec.program + ": bad settings\n" + action.error().text() + "  --help explains every setting");
        return exit_bad_settings;
    }
    switch (*action) {
        case ParseAction::help:
            std::fputs(table.help_text().c_str(), stdout);
            return exit_stopped;
        case ParseAction::version:
            std::fputs(table.version_text().c_str(), stdout);
            return exit_stopped;
        case ParseAction::settings_markdown:
            std::fputs(table.markdown().c_str(), stdout);
            return exit_stopped;
        case ParseAction::run:
            break;
    }

    // A peer that hangs up must be an error of one write, not the end of the process.
    std::signal(SIGPIPE, SIG_IGN);
    try {
        log::open(log_options(settings, spec.service));
    } catch (const std::system_error& error) {
        print_line(spec.program + ": cannot open the log file " + settings.log_file +
                   " (setting LOG_FILE): " + error.code().message());
        return exit_failed;
    }
    int code = exit_failed;
    try {
        code = serve(spec, version, settings);
    } catch (const std::exception& exception) {
        log::close();
        print_line(spec.program + ": " + exception.what());
        return exit_failed;
    }
    log::close();
    return code;
}

}  // namespace loan_manager::runtime
