#include "runtime/owned_directory.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "child_process.hpp"
#include "runtime/users.hpp"

using namespace loan_manager::runtime;
using namespace loan_manager::testing;
namespace fs = std::filesystem;

namespace {

constexpr uid_t somebody = 65534;

void set_mode(const fs::path& path, mode_t mode) { REQUIRE(::chmod(path.c_str(), mode) == 0); }

std::string problem(const fs::path& path, uid_t owner = ::geteuid()) {
    return ownership_problem(path, owner).value_or("");
}

}  // namespace

TEST_CASE("a directory is its owner's when nobody else can write to it or exchange it") {
    const TemporaryDirectory base;
    const fs::path parent = base / "parent";
    const fs::path directory = parent / "directory";
    fs::create_directories(directory);
    set_mode(parent, 0755);
    set_mode(directory, 0750);
    CHECK(problem(directory).empty());
    CHECK(problem(directory.string() + "/").empty());
    CHECK(problem(directory, ::geteuid() + 1).find(" belongs to ") != std::string::npos);
    CHECK(problem(parent / "missing").find("No such file") != std::string::npos);
    write_text(parent / "file", "");
    CHECK(problem(parent / "file").find("Not a directory") != std::string::npos);

    SUBCASE("others may not write to it") {
        for (const mode_t mode : {0770, 0752, 01777}) {
            set_mode(directory, mode);
            CHECK(problem(directory).find("may be written by others") != std::string::npos);
        }
    }
    SUBCASE("others may not write above it, unless the sticky bit keeps them from touching what is another's") {
        for (const mode_t mode : {0775, 0777}) {
            set_mode(parent, mode);
            CHECK(problem(directory).find(parent.string() + " may be written by others") != std::string::npos);
        }
        set_mode(parent, 01777);
        CHECK(problem(directory).empty());
    }
    SUBCASE("a link that leads there counts as what it is, and so does where it leads") {
        fs::create_directory_symlink(directory, base / "link");
        CHECK(problem(base / "link").empty());
        set_mode(parent, 0777);
        CHECK_FALSE(problem(base / "link").empty());
        set_mode(parent, 0755);
        if (::geteuid() == 0) {
            REQUIRE(::lchown((base / "link").c_str(), somebody, somebody) == 0);
            CHECK(problem(base / "link").find("could exchange") != std::string::npos);
        }
    }
    if (::geteuid() == 0) {
        SUBCASE("somebody else's directory, or one in somebody else's, is not") {
            CHECK(problem(directory, somebody).find("not to") != std::string::npos);
            REQUIRE(::chown(directory.c_str(), somebody, somebody) == 0);
            CHECK_FALSE(problem(directory).empty());
            CHECK(problem(directory, somebody).empty());
            REQUIRE(::chown(directory.c_str(), 0, 0) == 0);
            REQUIRE(::chown(parent.c_str(), somebody, somebody) == 0);
            CHECK(problem(directory).find("could exchange") != std::string::npos);
        }
    }
}

TEST_CASE("users have names and numbers") {
    CHECK(user_id("root") == 0);
    CHECK(user_id("12345") == 12345);
    CHECK_FALSE(user_id("no-such-user-here").has_value());
    CHECK_FALSE(user_id("").has_value());
    CHECK_FALSE(user_id("-1").has_value());
    CHECK(user_text(0) == "root (0)");
    CHECK(user_text(4000000) == "user 4000000");
}
