// Base64url without padding (RFC 4648 §5 as used by RFC 7515 §2).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "token/error.hpp"

namespace loan_manager::token {

using Bytes = std::vector<std::uint8_t>;

std::string base64url_encode(std::span<const std::uint8_t> bytes);
std::string base64url_encode(std::string_view bytes);

/// Strict: no padding, no white space, no characters of the other alphabet, and unused trailing bits must be
/// zero, so that every byte string has exactly one encoding. Fails with Errc::malformed.
result<Bytes> base64url_decode(std::string_view text);

}  // namespace loan_manager::token
