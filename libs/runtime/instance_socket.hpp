#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>

namespace loan_manager::runtime {

/// Of the names in a directory of instances, those of sockets: NAME.sock, without a dot at the beginning.
inline constexpr std::string_view socket_suffix = ".sock";

/// The longest path a unix socket may have, in bytes.
std::size_t longest_socket_path() noexcept;

/// 1 to 32 of `[A-Za-z0-9_-]`: the name of an instance is that of its socket.
bool is_instance_name(std::string_view text) noexcept;

/// The listening unix socket of one instance of a service: DIRECTORY/NAME.sock. The directory is the list of
/// instances: only the service's own user can write to it, so whoever listens there is the service.
///
/// It listens from the beginning, but under a hidden name: published, it takes calls; withdrawn, nobody finds it any
/// more. The name is locked as long as the object lives, so that no second process takes it; what a killed process left
/// behind is replaced. Connecting needs the permission to write to the socket: the owner and the group have it.
/// publish() and withdraw() may be called from any thread.
class InstanceSocket {
public:
    /// Creates the directory (0750) if it is missing. Throws StartupError, which names INSTANCE_DIR or INSTANCE.
    InstanceSocket(const std::filesystem::path& directory, const std::string& name);
    ~InstanceSocket();
    InstanceSocket(const InstanceSocket&) = delete;
    InstanceSocket& operator=(const InstanceSocket&) = delete;

    /// The listening descriptor; it does not block and stays this object's.
    int descriptor() const noexcept { return descriptor_; }
    /// Where it is found once it is published.
    const std::filesystem::path& path() const noexcept { return path_; }

    /// Gives it its name, in place of a dead one if need be. Throws std::system_error. No effect after `withdraw`.
    void publish();
    /// Takes its name away, for good.
    void withdraw() noexcept;

private:
    void lock(const std::filesystem::path& file, const std::string& name);
    void listen();

    std::filesystem::path path_;
    std::filesystem::path hidden_;
    int lock_ = -1;
    int descriptor_ = -1;
    std::mutex mutex_;
    bool published_ = false;
    bool withdrawn_ = false;
};

}  // namespace loan_manager::runtime
