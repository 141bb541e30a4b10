#include "runtime/instance_file.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "child_process.hpp"

using namespace loan_manager::runtime;
using namespace loan_manager::testing;

TEST_CASE("an instance registers itself over a stale file and removes its own") {
    const TemporaryDirectory directory;
    const auto folder = directory / "fleet";
    InstanceFile file(folder, "127.0.0.1", 50061);
    CHECK(std::filesystem::is_empty(folder));
    write_text(folder / "127.0.0.1:50061", "1\n");
    file.publish();
    CHECK(read_text(folder / "127.0.0.1:50061") == std::to_string(::getpid()) + "\n");
    file.withdraw();
    CHECK(std::filesystem::is_empty(folder));
    file.publish();
    CHECK(std::filesystem::is_empty(folder));
}

TEST_CASE("an instance leaves a file alone that another has taken over") {
    const TemporaryDirectory directory;
    InstanceFile file(directory.path(), "127.0.0.1", 50061);
    file.publish();
    write_text(file.path(), "1\n");
    file.withdraw();
    CHECK(std::filesystem::exists(file.path()));
}

TEST_CASE("a listener on every address is registered where it can be reached") {
    const TemporaryDirectory directory;
    CHECK(InstanceFile(directory.path(), "0.0.0.0", 1).path().filename() == "127.0.0.1:1");
    CHECK(InstanceFile(directory.path(), "::", 1).path().filename() == "[::1]:1");
    CHECK(InstanceFile(directory.path(), "fe80::1", 1).path().filename() == "[fe80::1]:1");
}

TEST_CASE("a directory that cannot be is an error") {
    const TemporaryDirectory directory;
    write_text(directory / "file", "");
    CHECK_THROWS_AS(InstanceFile(directory / "file", "h", 1), std::system_error);
}
