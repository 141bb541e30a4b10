// How many files and sockets the process may have open.
#pragma once

#include <cstddef>

namespace loan_manager::runtime {

/// Raises the soft limit of open descriptors (RLIMIT_NOFILE) to the hard one, which needs no privilege, and returns
/// what then holds. (The soft one is 1024 on most systems for programs that use select(), which this suite does not.)
/// Call it before threads start.
std::size_t raise_descriptor_limit();

}  // namespace loan_manager::runtime
