#pragma once

#include <spdlog/sinks/sink.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>

/// Where lines of the log go. Only the log's writer thread calls the sinks, except where noted. Internal to the
/// library.
namespace loan_manager::runtime::log {

/// Writes what it is given: lines come formatted.
class RawSink : public spdlog::sinks::sink {
public:
    void set_pattern(const std::string&) final {}
    void set_formatter(std::unique_ptr<spdlog::formatter>) final {}
};

class StderrSink final : public RawSink {
public:
    void log(const spdlog::details::log_msg& line) override;
    void flush() override {}
};

/// A file that rotates before it grows too large, and can be reopened under its name.
class FileSink final : public RawSink {
public:
    /// Throws std::system_error when the file cannot be opened.
    FileSink(std::filesystem::path path, std::uint64_t max_bytes, unsigned backups);
    ~FileSink() override;

    void log(const spdlog::details::log_msg& line) override;
    void flush() override;

    /// The file is opened anew before the next line or flush. From any thread.
    void request_reopen() { reopen_ = true; }
    /// Lines that could not be written. From any thread.
    std::uint64_t lost() const { return lost_; }

private:
    void open();
    void reopen_if_asked();
    void rotate();
    void complain(const char* what, int error);

    const std::filesystem::path path_;
    const std::uint64_t max_bytes_;
    const unsigned backups_;
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
    bool complained_ = false;
    std::atomic<bool> reopen_{false};
    std::atomic<std::uint64_t> lost_{0};
};

}  // namespace loan_manager::runtime::log
