#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

namespace loan_manager::runtime {

/// Why what is found in this directory may come from somebody else than `owner`; nothing if it cannot.
///
/// It belongs to the owner and nobody else may write to it; what lies above it belongs to root, the owner or the user
/// of this process and can be written by nobody else either, or the directory could be exchanged. Above it directories
/// with the sticky bit, like /tmp, are fine: there nobody can touch what is another's. A missing directory is
/// a problem too. The answer is a sentence without its end: "… belongs to nobody (65534), not to fleet (997)".
std::optional<std::string> ownership_problem(const std::filesystem::path& directory, uid_t owner);

}  // namespace loan_manager::runtime
