#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "testing/process.hpp"

namespace loan_manager::testing {

/// How long anything in these tests may take on a busy machine before it counts as failed.
inline constexpr std::chrono::seconds patience{20};

/// A directory that goes away with the object.
class TemporaryDirectory {
public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

std::string read_text(const std::filesystem::path& path);
void write_text(const std::filesystem::path& path, std::string_view text);

/// A program under test; killed if it is still running at the end.
class ChildProcess {
public:
    using Environment = std::map<std::string, std::string>;

    /// The environment is exactly the given one.
    ChildProcess(const std::string& program, std::vector<std::string> arguments, const Environment& environment = {});
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    pid_t pid() const { return pid_; }
    void signal(int number) const;
    /// Reads standard error until a line contains the text; that line, or nothing if it ends or takes too long first.
    std::optional<std::string> wait_for_line(std::string_view text);
    /// The exit code (128 + signal when killed), or nothing after `patience`. Reads all output meanwhile.
    std::optional<int> wait_exit();

    const std::string& standard_error() const { return error_; }
    const std::string& standard_output() const { return output_; }

private:
    bool read_some(std::chrono::steady_clock::time_point deadline);

    pid_t pid_ = -1;
    int output_descriptor_ = -1;
    int error_descriptor_ = -1;
    std::string output_;
    std::string error_;
    std::size_t searched_ = 0;
};

/// One HTTP exchange on a new connection to 127.0.0.1: the request is sent as it is, the answer read to its end.
std::string http_exchange(std::uint16_t port, const std::string& request);
/// GET of that path with `Connection: close`.
std::string http_get(std::uint16_t port, const std::string& path);

}  // namespace loan_manager::testing
