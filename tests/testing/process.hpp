#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace loan_manager::testing {

using Environment = std::map<std::string, std::string>;

/// Starts a program in exactly this environment, standard output and error going to the descriptors. The kernel kills
/// it should the test program end without having ended it, by crashing for instance: nothing is left behind.
pid_t spawn(const std::vector<std::string>& command, const Environment& environment, int output, int error);

/// A child process with an environment of its own (and our PATH) and its output in a file. Killed when the object dies.
class Process {
public:
    Process() = default;
    Process(const std::vector<std::string>& command, const Environment& environment, std::filesystem::path log);
    ~Process();
    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;

    pid_t pid() const { return pid_; }
    bool running();
    void signal(int number) const;
    /// Waits for the end and returns the exit code, or 128 + signal.
    int wait();
    /// SIGTERM and wait.
    int stop();
    /// SIGKILL and wait.
    void kill();
    /// Everything the process has written so far.
    std::string output() const;

private:
    pid_t pid_ = -1;
    int exit_code_ = 0;
    std::filesystem::path log_;
};

struct Output {
    int exit_code;
    std::string text;
};

/// Runs a command to its end and returns what it wrote to stdout and stderr.
Output run(const std::vector<std::string>& command, const Environment& environment);

/// A TCP port of 127.0.0.1 that was free a moment ago and is never returned again.
std::uint16_t free_port();

/// Polls `condition` until it holds; false when `limit` has passed.
bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit = std::chrono::seconds(20));

}  // namespace loan_manager::testing
