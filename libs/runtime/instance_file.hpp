#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>

namespace loan_manager::runtime {

/// The registration of a listening instance: a file named `host:port` in a directory that clients watch. It holds the
/// process id, so that a process that took over a dead one's name is not struck off by mistake. Safe from every thread.
class InstanceFile {
public:
    /// Creates the directory if needed. Throws std::system_error if that fails.
    InstanceFile(const std::filesystem::path& directory, const std::string& host, std::uint16_t port);

    /// Creates the file, over a stale one if need be. Throws std::system_error. No effect after `withdraw`.
    void publish();
    /// Removes the file if it is ours, for good.
    void withdraw() noexcept;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
    std::mutex mutex_;
    bool published_ = false;
    bool withdrawn_ = false;
};

}  // namespace loan_manager::runtime
