#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace loan_manager::digest {

/// SHA-256 of the concatenated parts: 32 bytes. Throws std::runtime_error if OpenSSL cannot.
std::string sha256(std::initializer_list<std::string_view> parts);

/// Two lower-case digits for each byte.
std::string to_hex(std::string_view bytes);

std::string sha256_hex(std::initializer_list<std::string_view> parts);

}  // namespace loan_manager::digest
