#pragma once

#include <sys/types.h>

#include <filesystem>

namespace loan_manager::testing {

/// Connects to a unix socket as a process of that user and group, and of no other group, would. Needs root. The
/// descriptor, which does not block; or -1 if that user may not.
int connect_as(uid_t user, gid_t group, const std::filesystem::path& path);

}  // namespace loan_manager::testing
