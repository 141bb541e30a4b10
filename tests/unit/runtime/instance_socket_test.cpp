#include "runtime/instance_socket.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <string>

#include "child_process.hpp"
#include "runtime/listen.hpp"

using namespace loan_manager::runtime;
using namespace loan_manager::testing;

namespace {

bool can_connect(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM, 0);
    const bool connected = ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(descriptor);
    return connected;
}

mode_t mode_of(const std::filesystem::path& path) {
    struct stat status {};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

}  // namespace

TEST_CASE("an instance is found under its name while it is published, owner and group may connect") {
    const TemporaryDirectory directory;
    const auto folder = directory / "fleet";
    const auto path = folder / "2.sock";
    {
        InstanceSocket socket(folder, "2");
        CHECK(socket.path() == path);
        CHECK(mode_of(folder) == 0750);
        CHECK_FALSE(std::filesystem::exists(path));
        socket.publish();
        CHECK(mode_of(path) == 0660);
        CHECK(can_connect(path));
        socket.withdraw();
        CHECK_FALSE(std::filesystem::exists(path));
        socket.publish();
        CHECK_FALSE(std::filesystem::exists(path));
    }
    InstanceSocket again(folder, "2");
    again.publish();
    CHECK(can_connect(path));
}

TEST_CASE("what a killed process left is replaced when the next one is published, not before") {
    const TemporaryDirectory directory;
    const auto path = directory / "1.sock";
    {
        // A dead socket: its file is there, nobody listens.
        InstanceSocket dead(directory.path(), "dead");
        std::filesystem::create_hard_link(directory / ".dead.sock", path);
    }
    CHECK_FALSE(can_connect(path));
    InstanceSocket socket(directory.path(), "1");
    CHECK_FALSE(can_connect(path));
    socket.publish();
    CHECK(can_connect(path));
}

TEST_CASE("one name has one owner; it is free again when he is gone") {
    const TemporaryDirectory directory;
    const std::string path = (directory / "1.sock").string();
    {
        InstanceSocket first(directory.path(), "1");
        first.publish();
        const std::string expected = "cannot listen on " + path +
                                     " (setting INSTANCE): an instance called 1 is running already (process " +
                                     std::to_string(::getpid()) + ")";
        CHECK_THROWS_WITH_AS(InstanceSocket(directory.path(), "1"), expected.c_str(), StartupError);
        CHECK(can_connect(path));
        CHECK_NOTHROW(InstanceSocket(directory.path(), "2"));
    }
    CHECK_NOTHROW(InstanceSocket(directory.path(), "1"));
}

TEST_CASE("a path too long for a socket is said to be that, with the limit and the setting") {
    const TemporaryDirectory directory;
    const auto deep = directory / std::string(100, 'x');
    try {
        InstanceSocket socket(deep, "1");
        FAIL("a path of more than 107 bytes was accepted");
    } catch (const StartupError& error) {
        const std::string text = error.what();
        CHECK(text.find("INSTANCE_DIR") != std::string::npos);
        CHECK(text.find("at most 106 bytes") != std::string::npos);
        CHECK(text.find("choose a directory with a shorter path") != std::string::npos);
    }
    CHECK_FALSE(std::filesystem::exists(deep));
}

TEST_CASE("a directory that cannot be, or that others can write to, is an error") {
    const TemporaryDirectory directory;
    write_text(directory / "file", "");
    CHECK_THROWS_AS(InstanceSocket(directory / "file", "1"), StartupError);
    CHECK_THROWS_AS(InstanceSocket(directory / "file" / "below", "1"), StartupError);

    const auto shared = directory / "shared";
    std::filesystem::create_directory(shared);
    for (const mode_t mode : {0770, 0757, 01777}) {
        REQUIRE(::chmod(shared.c_str(), mode) == 0);
        CHECK_THROWS_AS(InstanceSocket(shared, "1"), StartupError);
    }
    REQUIRE(::chmod(shared.c_str(), 0750) == 0);
    CHECK_NOTHROW(InstanceSocket(shared, "1"));
    if (::geteuid() == 0) {
        REQUIRE(::chown(shared.c_str(), 65534, 65534) == 0);
        CHECK_THROWS_AS(InstanceSocket(shared, "1"), StartupError);
    }
}

TEST_CASE("names of instances are plain") {
    for (const char* good : {"1", "2", "main", "blue-2", "A_b"}) CHECK(is_instance_name(good));
    for (const char* bad : {"", ".", "..", "a/b", ".x", "x.sock", "a b", "é"}) CHECK_FALSE(is_instance_name(bad));
    CHECK(is_instance_name(std::string(32, 'x')));
    CHECK_FALSE(is_instance_name(std::string(33, 'x')));
    const TemporaryDirectory directory;
    CHECK_THROWS_AS(InstanceSocket(directory.path(), "../x"), StartupError);
}
