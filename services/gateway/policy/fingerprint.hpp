#pragma once

#include <string>
#include <string_view>

namespace loan_manager::gateway {

/// Fingerprint of a command (D-215): method, path with query, raw body. Separated by line ends, which neither method
/// nor target can contain.
std::string command_fingerprint(std::string_view method, std::string_view target, std::string_view body);

}  // namespace loan_manager::gateway
