#include "runtime/process_metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "runtime/background.hpp"
#include "runtime/log.hpp"

namespace loan_manager::runtime {
namespace {

double resident_bytes() {
    std::size_t total = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double processor_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double open_descriptors() {
    std::error_code error;
    const std::filesystem::directory_iterator directory("/proc/self/fd", error);
    return error ? 0 : static_cast<double>(std::distance(begin(directory), end(directory)));
}

/// Tells of the background tasks; their names are known when they first run.
void tell_of_background(Metrics& metrics, std::map<std::string, BackgroundTask>& told) {
    for (const BackgroundTask& task : background_tasks()) {
        const Labels labels{{"task", task.name}};
        BackgroundTask& before = told[task.name];
        metrics
            .counter("background_runs_total", "Background tasks started, and rounds of those that come again.", labels)
            .add(static_cast<double>(task.runs - before.runs));
        metrics
            .counter("background_failures_total",
                     "Background tasks and rounds that an exception ended or that could not do their work.", labels)
            .add(static_cast<double>(task.failures - before.failures));
        metrics.gauge("background_in_flight", "Background tasks running now.", labels)
            .set(static_cast<double>(task.in_flight));
        before = task;
    }
}

}  // namespace

void add_process_metrics(Metrics& metrics, const Loops& loops, const std::string& service, const std::string& version) {
    metrics.gauge("lm_build_info", "Always 1; the labels tell what runs.", {{"service", service}, {"version", version}})
        .set(1);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    metrics.gauge("process_start_time_seconds", "Start of the process, seconds since 1970.")
        .set(std::chrono::duration<double>(now).count());
    metrics.gauge_from("process_resident_memory_bytes", "Resident memory.", {}, resident_bytes);
    metrics.gauge_from("process_cpu_seconds_total", "Processor time used, user and system.", {}, processor_seconds);
    metrics.gauge_from("process_open_fds", "Open file descriptors.", {}, open_descriptors);
    metrics.gauge_from("lm_event_loop_delay_seconds", "How long the slowest event loop has owed a sign of life.", {},
                       [&loops] { return std::chrono::duration<double>(loops.slowest()).count(); });
    metrics.before_collecting(
        [&metrics, told = std::map<std::string, BackgroundTask>()]() mutable { tell_of_background(metrics, told); });
    metrics.gauge_from("lm_log_lost_lines_total", "Log lines lost to a slow or full disk.", {},
                       [] { return static_cast<double>(log::lost_lines()); });
}

}  // namespace loan_manager::runtime
