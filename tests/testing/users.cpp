#include "testing/users.hpp"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <thread>

namespace loan_manager::testing {

int connect_as(uid_t user, gid_t group, const std::filesystem::path& path) {
    int connection = -1;
    // The system calls themselves change the calling thread alone; the C library would change the whole process.
    std::thread([&] {
        if (::syscall(SYS_setgroups, 0, nullptr) != 0 || ::syscall(SYS_setresgid, group, group, group) != 0 ||
            ::syscall(SYS_setresuid, user, user, user) != 0) {
            return;
        }
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        connection = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (::connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            ::close(connection);
            connection = -1;
        }
    }).join();
    return connection;
}

}  // namespace loan_manager::testing
