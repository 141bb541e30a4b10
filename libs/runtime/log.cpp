#include "runtime/log.hpp"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "runtime/log_line.hpp"
#include "runtime/log_sinks.hpp"

namespace loan_manager::runtime::log {
namespace {

// At most this many lines wait for the writer; at some 300 bytes each that is a few megabytes.
constexpr std::size_t queue_lines = 8192;

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warning:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
        case Level::off:
            break;
    }
    return spdlog::level::off;
}

/// What `open` installs.
struct Output {
    explicit Output(const Options& options)
        : service(options.service),
          format(options.format),
          writer(std::make_shared<spdlog::details::thread_pool>(queue_lines, 1)) {
        std::vector<spdlog::sink_ptr> sinks;
        auto to_stderr = std::make_shared<StderrSink>();
        if (!options.file.empty()) {
            file = std::make_shared<FileSink>(options.file, options.max_bytes, options.backups);
            sinks.push_back(file);
            to_stderr->set_level(spdlog::level::warn);
        }
        sinks.push_back(std::move(to_stderr));
        logger = std::make_shared<spdlog::async_logger>(options.service, sinks.begin(), sinks.end(), writer,
                                                        spdlog::async_overflow_policy::overrun_oldest);
        logger->set_level(spdlog::level::trace);
    }

    std::string service;
    Format format;
    std::shared_ptr<FileSink> file;
    /// Its destructor writes out the queue.
    std::shared_ptr<spdlog::details::thread_pool> writer;
    std::shared_ptr<spdlog::async_logger> logger;
};

// A log is the one thing every corner of a process uses and no interface should carry around.
struct Global {
    std::atomic<Level> level{Level::warning};
    std::mutex mutex;
    std::shared_ptr<Output> output;
};

Global& global() {
    // Never destroyed: threads of libraries may log until the very end.
    static Global& instance = *new Global;
    return instance;
}

std::shared_ptr<Output> current_output() {
    const std::lock_guard lock(global().mutex);
    return global().output;
}

void install(std::shared_ptr<Output> output) {
    const std::lock_guard lock(global().mutex);
    std::swap(global().output, output);
    // `output`, the previous one, is destroyed after the lock is released.
}

}  // namespace

void open(const Options& options) {
    install(std::make_shared<Output>(options));
    global().level = options.level;
}

void close() {
    global().level = std::max(global().level.load(), Level::warning);
    install(nullptr);
}

void reopen() {
    if (const auto output = current_output(); output && output->file) {
        output->file->request_reopen();
        output->logger->flush();
    }
}

std::uint64_t lost_lines() {
    const auto output = current_output();
    if (!output) {
        return 0;
    }
    return output->writer->overrun_counter() + (output->file ? output->file->lost() : 0);
}

bool enabled(Level level) { return level >= global().level.load(std::memory_order_relaxed) && level != Level::off; }

void write(Level level, std::string_view message, Fields fields) {
    if (!enabled(level)) {
        return;
    }
    const auto output = current_output();
    Line line{std::chrono::system_clock::now(), level, output ? std::string_view(output->service) : "process", message,
              fields};
    if (!output) {
        const std::string text = format_console(line);
        [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
        return;
    }
    const std::string text = output->format == Format::json ? format_json(line) : format_console(line);
    output->logger->log(to_spdlog(level), spdlog::string_view_t(text));
}

void debug(std::string_view message, Fields fields) { write(Level::debug, message, fields); }
void info(std::string_view message, Fields fields) { write(Level::info, message, fields); }
void warning(std::string_view message, Fields fields) { write(Level::warning, message, fields); }
void error(std::string_view message, Fields fields) { write(Level::error, message, fields); }

}  // namespace loan_manager::runtime::log
