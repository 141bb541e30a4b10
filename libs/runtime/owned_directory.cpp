#include "runtime/owned_directory.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "runtime/users.hpp"

namespace loan_manager::runtime {
namespace {

namespace fs = std::filesystem;

std::string failure(const fs::path& path, int error) {
    return path.string() + ": " + std::generic_category().message(error);
}

std::optional<std::string> problem_above(const fs::path& path, const struct stat& status, uid_t owner) {
    if (status.st_uid != 0 && status.st_uid != owner && status.st_uid != ::geteuid()) {
        return path.string() + " belongs to " + user_text(status.st_uid) + ", who could exchange what is below";
    }
    const bool shared = (status.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    if (!S_ISLNK(status.st_mode) && shared && (status.st_mode & S_ISVTX) == 0) {
        return path.string() + " may be written by others, who could exchange what is below";
    }
    return std::nullopt;
}

/// From the root down to the directory, as written: a symbolic link on the way counts as what it is.
std::optional<std::string> problem_on_the_way(const fs::path& directory, uid_t owner) {
    fs::path reached;
    for (const fs::path& part : directory) {
        reached /= part;
        struct stat status {};
        if (::lstat(reached.c_str(), &status) != 0) {
            return failure(reached, errno);
        }
        if (reached == directory && S_ISDIR(status.st_mode)) {
            break;
        }
        if (std::optional<std::string> problem = problem_above(reached, status, owner)) {
            return problem;
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> ownership_problem(const fs::path& directory, uid_t owner) {
    std::error_code error;
    const fs::path real = fs::canonical(directory, error);
    if (error) {
        return failure(directory, error.value());
    }
    struct stat status {};
    if (::stat(real.c_str(), &status) != 0) {
        return failure(directory, errno);
    }
    if (!S_ISDIR(status.st_mode)) {
        return failure(directory, ENOTDIR);
    }
    if (status.st_uid != owner) {
        return directory.string() + " belongs to " + user_text(status.st_uid) + ", not to " + user_text(owner);
    }
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return directory.string() + " may be written by others than " + user_text(owner);
    }
    // Links that lead there could be turned elsewhere, so the way counts as it is written and as it really is.
    if (std::optional<std::string> problem = problem_on_the_way(fs::absolute(directory).lexically_normal(), owner)) {
        return problem;
    }
    return problem_on_the_way(real, owner);
}

}  // namespace loan_manager::runtime
