// JSON Web Keys (RFC 7517, RFC 8037) and their thumbprints (RFC 7638). Only public Ed25519 keys are written or
// read: private keys are stored as PKCS#8 (pem.hpp) and shared secrets never travel.
#pragma once

#include <string>
#include <string_view>

#include "token/key_set.hpp"

namespace loan_manager::token {

/// Largest key set document that is read, in bytes.
inline constexpr std::size_t max_jwks_size = std::size_t{64} * 1024;

/// {"kty":"OKP","crv":"Ed25519","use":"sig","alg":"EdDSA","kid":…,"x":…}; Errc::bad_key for a shared secret.
result<std::string> write_jwk(const Key& key);

/// {"keys":[…]} with the public Ed25519 keys of the set; shared secrets are left out.
std::string write_jwks(const KeySet& keys);

/// One public Ed25519 key. A private member ("d"), another "alg" than EdDSA, a "use" other than "sig" and "key_ops"
/// without "verify" are Errc::bad_key; so is a missing kid.
result<Key> parse_jwk(std::string_view json);

/// Strict JSON without duplicate names. Keys of other types or for another use are skipped (RFC 7517 §5); a broken
/// Ed25519 key or a repeated kid refuses the document.
result<KeySet> parse_jwks(std::string_view json);

/// RFC 7638 thumbprint (SHA-256, base64url) of an Ed25519 public key.
std::string thumbprint(std::span<const std::uint8_t> public_key);

}  // namespace loan_manager::token
