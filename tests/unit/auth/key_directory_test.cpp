#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "auth/keys/key_directory.hpp"
#include "process.hpp"

using namespace loan_manager;
using auth::keys::KeyDirectory;
using auth::keys::KeyDirectoryError;
using auth::testing::Folder;
namespace fs = std::filesystem;

namespace {

mode_t mode_of(const fs::path& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

fs::path key_file(const fs::path& folder) {
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() == ".pem") return entry.path();
    }
    return {};
}

}  // namespace

TEST_CASE("D-221 key directory: the first key is made once and survives restarts") {
    const Folder folder;
    const fs::path path = folder.path() / "deep" / "keys";
    const std::string kid = KeyDirectory(path).load_or_create().at(0).kid();
    CHECK(mode_of(path) == 0700);
    CHECK(mode_of(key_file(path)) == 0600);
    const auto again = KeyDirectory(path).load_or_create();
    REQUIRE(again.size() == 1);
    CHECK(again[0].kid() == kid);
    CHECK(again[0].can_sign());
}

TEST_CASE("key directory: processes that start together agree on one first key") {
    const Folder folder;
    constexpr int processes = 8;
    for (int i = 0; i < processes; ++i) {
        const pid_t child = ::fork();
        if (child == 0) ::_exit(KeyDirectory(folder.path() / "keys").load_or_create().size() == 1 ? 0 : 1);
        REQUIRE(child > 0);
    }
    for (int i = 0; i < processes; ++i) {
        int status = 0;
        REQUIRE(::wait(&status) > 0);
        CHECK(WEXITSTATUS(status) == 0);
    }
    CHECK(KeyDirectory(folder.path() / "keys").load_or_create().size() == 1);
}

TEST_CASE("key directory: further keys are found by kid, and removed for ever") {
    const Folder folder;
    const KeyDirectory directory(folder.path() / "keys");
    const auto first = directory.load_or_create().at(0);
    const auto second = directory.add();
    CHECK(directory.load_or_create().size() == 2);
    CHECK(directory.load(second.kid()).size() == 1);
    CHECK(directory.load("../../../etc/passwd").empty());
    CHECK(directory.load(std::string(43, 'A')).empty());
    directory.remove(first.kid());
    CHECK(directory.load_or_create().size() == 1);
}

TEST_CASE("key directory: what others may read, and what is no key, is refused") {
    const Folder folder;
    const fs::path path = folder.path() / "keys";
    KeyDirectory(path).load_or_create();
    const fs::path file = key_file(path);

    fs::permissions(path, fs::perms::owner_all | fs::perms::group_read);
    CHECK_THROWS_AS(KeyDirectory{path}, KeyDirectoryError);
    fs::permissions(path, fs::perms::owner_all);

    fs::permissions(file, fs::perms::owner_read | fs::perms::others_read);
    CHECK_THROWS_AS(KeyDirectory(path).load_or_create(), KeyDirectoryError);
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);

    // A key under the name of another: somebody exchanged them.
    fs::copy_file(file, path / ("ed25519-" + std::string(42, 'x') + "A.pem"));
    CHECK_THROWS_AS(KeyDirectory(path).load_or_create(), KeyDirectoryError);
    fs::remove(path / ("ed25519-" + std::string(42, 'x') + "A.pem"));

    std::ofstream(file, std::ios::trunc) << "nonsense";
    CHECK_THROWS_AS(KeyDirectory(path).load_or_create(), KeyDirectoryError);

    std::ofstream(folder.path() / "file") << "x";
    CHECK_THROWS_AS(KeyDirectory{folder.path() / "file"}, KeyDirectoryError);
}
