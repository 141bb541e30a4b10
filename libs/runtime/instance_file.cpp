#include "runtime/instance_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <system_error>

#include "runtime/listen.hpp"

namespace loan_manager::runtime {
namespace {

/// The directory is this machine's, so a listener on every address is reached on the loopback.
std::string reachable_host(const std::string& host) {
    if (host == "0.0.0.0") {
        return "127.0.0.1";
    }
    return host == "::" ? "::1" : host;
}

}  // namespace

InstanceFile::InstanceFile(const std::filesystem::path& directory, const std::string& host, std::uint16_t port) {
    std::filesystem::create_directories(directory);
    path_ = directory / host_port(reachable_host(host), port);
}

void InstanceFile::publish() {
    const std::lock_guard lock(mutex_);
    if (published_ || withdrawn_) {
        return;
    }
    // A reader sees the whole file or none; names that begin with a dot are no addresses.
    const auto draft = path_.parent_path() / ("." + path_.filename().string() + "." + std::to_string(::getpid()));
    {
        std::ofstream out(draft, std::ios::trunc);
        out << ::getpid() << '\n';
        out.close();
        if (!out) {
            throw std::system_error(errno, std::generic_category(), draft.string());
        }
    }
    std::filesystem::rename(draft, path_);
    published_ = true;
}

void InstanceFile::withdraw() noexcept {
    const std::lock_guard lock(mutex_);
    if (withdrawn_) {
        return;
    }
    withdrawn_ = true;
    if (!published_) {
        return;
    }
    long owner = 0;
    std::ifstream(path_) >> owner;
    if (owner == ::getpid()) {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
}

}  // namespace loan_manager::runtime
