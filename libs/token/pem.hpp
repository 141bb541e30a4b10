// Private Ed25519 keys as PKCS#8 PEM, the form `openssl genpkey -algorithm ed25519` writes.
#pragma once

#include <string>
#include <string_view>

#include "token/key.hpp"

namespace loan_manager::token {

/// Errc::cannot_sign without a private part, Errc::bad_key for a shared secret. The caller wipes the text.
result<std::string> write_private_pem(const Key& key);

/// Unencrypted PKCS#8 with an Ed25519 key, otherwise Errc::bad_key. The kid is the RFC 7638 thumbprint.
result<Key> parse_private_pem(std::string_view pem);

}  // namespace loan_manager::token
