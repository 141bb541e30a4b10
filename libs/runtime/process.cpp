#include "runtime/process.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <system_error>

#include "runtime/background.hpp"
#include "runtime/control_thread.hpp"
#include "runtime/log.hpp"
#include "runtime/process_core.hpp"
#include "runtime/process_metrics.hpp"
#include "runtime/service_manager.hpp"

namespace loan_manager::runtime {
namespace {

// What cancelled work gets to unwind.
constexpr std::chrono::seconds unwind_time{2};

constexpr int exit_stopped = 0;
constexpr int exit_failed = 1;
constexpr int exit_bad_settings = 2;

void print_line(const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); }

std::string tasks_in_flight() {
    std::string names;
    for (const BackgroundTask& task : background_tasks()) {
        if (task.in_flight > 0) {
            names += (names.empty() ? "" : ", ") + task.name;
        }
    }
    return names;
}

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
    add_process_metrics(metrics, loops, spec.service, version);
    ControlThread control(settings, loops, metrics, core);
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
        log::warning("stopped with work still on an event loop", {{"tasks", tasks_in_flight()}});
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
    if (spec.database != nullptr) {
        share_connections(table, settings, *spec.database);
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
