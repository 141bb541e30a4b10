// SHA-256 as hex.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace loan_manager::gateway {

/// Digest of the concatenated parts, 64 lower-case hex digits. Throws std::runtime_error if OpenSSL cannot.
std::string sha256_hex(std::initializer_list<std::string_view> parts);

/// Fingerprint of a command (D-215): method, path with query, raw body. Separated by line ends, which neither method
/// nor target can contain.
std::string command_fingerprint(std::string_view method, std::string_view target, std::string_view body);

}  // namespace loan_manager::gateway
