// Connections and the descriptors they need.
#pragma once

#include <cstddef>

namespace loan_manager::gateway::http {

/// Descriptors kept for everything but clients: connections to services (which must be able to come back when all
/// client connections are taken), the admin port, logs, the event loops.
constexpr std::size_t reserved_descriptors = 256;

/// How many of the `wanted` client connections a process with `descriptors` in all can serve; 0 when the reserve takes
/// them all.
constexpr std::size_t affordable_connections(std::size_t wanted, std::size_t descriptors) {
    if (descriptors <= reserved_descriptors) {
        return 0;
    }
    const std::size_t left = descriptors - reserved_descriptors;
    return wanted < left ? wanted : left;
}

}  // namespace loan_manager::gateway::http
