#include "runtime/instance_socket.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "runtime/listen.hpp"
#include "runtime/owned_directory.hpp"

namespace loan_manager::runtime {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_name = 32;
constexpr ::mode_t directory_mode = 0750;
constexpr ::mode_t socket_mode = 0660;

StartupError cannot_listen(const fs::path& path, std::string_view setting, const std::string& why) {
    return StartupError("cannot listen on " + path.string() + " (setting " + std::string(setting) + "): " + why);
}

std::string error_text() { return std::generic_category().message(errno); }

void prepare(const fs::path& directory) {
    std::error_code error;
    if (directory.has_parent_path()) {
        fs::create_directories(directory.parent_path(), error);
    }
    if (!error && ::mkdir(directory.c_str(), directory_mode) != 0 && errno != EEXIST) {
        error.assign(errno, std::generic_category());
    }
    if (error) {
        throw StartupError("cannot use the directory " + directory.string() +
                           " (setting INSTANCE_DIR): " + error.message());
    }
    if (const auto problem = ownership_problem(directory, ::geteuid())) {
        throw StartupError("cannot use the directory " + directory.string() + " (setting INSTANCE_DIR): " + *problem);
    }
}

/// Who holds the lock, by what he wrote into it; empty if that cannot be read.
std::string holder(int file) {
    std::array<char, 16> text{};
    const ssize_t size = ::pread(file, text.data(), text.size(), 0);
    return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

}  // namespace

std::size_t longest_socket_path() noexcept { return sizeof(sockaddr_un::sun_path) - 1; }

bool is_instance_name(std::string_view text) noexcept {
    return !text.empty() && text.size() <= longest_name && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

InstanceSocket::InstanceSocket(const fs::path& directory, const std::string& name) {
    const std::string file = name + std::string(socket_suffix);
    path_ = directory / file;
    hidden_ = directory / ("." + file);
    if (!is_instance_name(name)) {
        throw cannot_listen(path_, "INSTANCE", "a name is 1 to 32 letters, digits, '-' or '_'");
    }
    if (hidden_.native().size() > longest_socket_path()) {
        throw cannot_listen(path_, "INSTANCE_DIR",
                            "the path of a socket has at most " + std::to_string(longest_socket_path() - 1) +
                                " bytes, this one has " + std::to_string(path_.native().size()) +
                                "; choose a directory with a shorter path");
    }
    prepare(directory);
    try {
        lock(directory / ("." + name + ".lock"), name);
        listen();
    } catch (...) {
        ::close(descriptor_);
        ::close(lock_);
        throw;
    }
}

InstanceSocket::~InstanceSocket() {
    withdraw();
    ::close(descriptor_);
    // Last: until now nobody else may touch the names.
    ::close(lock_);
}

void InstanceSocket::lock(const fs::path& file, const std::string& name) {
    // The file stays: removing it would let two processes lock two files of one name.
    lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock_ < 0) {
        throw cannot_listen(path_, "INSTANCE_DIR", file.string() + ": " + error_text());
    }
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) {
            throw cannot_listen(path_, "INSTANCE_DIR", file.string() + ": " + error_text());
        }
        throw cannot_listen(path_, "INSTANCE",
                            "an instance called " + name + " is running already (process " + holder(lock_) + ")");
    }
    const std::string own = std::to_string(::getpid());
    if (::ftruncate(lock_, 0) != 0 || ::pwrite(lock_, own.data(), own.size(), 0) < 0) {
        throw cannot_listen(path_, "INSTANCE_DIR", file.string() + ": " + error_text());
    }
}

void InstanceSocket::listen() {
    ::unlink(hidden_.c_str());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, hidden_.c_str(), hidden_.native().size());
    descriptor_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor_ < 0 || ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::chmod(hidden_.c_str(), socket_mode) != 0 || ::listen(descriptor_, SOMAXCONN) != 0) {
        throw cannot_listen(path_, "INSTANCE_DIR", error_text());
    }
}

void InstanceSocket::publish() {
    const std::lock_guard lock(mutex_);
    if (published_ || withdrawn_) {
        return;
    }
    fs::rename(hidden_, path_);
    published_ = true;
}

void InstanceSocket::withdraw() noexcept {
    const std::lock_guard lock(mutex_);
    if (!withdrawn_) {
        withdrawn_ = true;
        ::unlink((published_ ? path_ : hidden_).c_str());
    }
}

}  // namespace loan_manager::runtime
