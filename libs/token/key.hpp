// A signing or verification key. The algorithm is a property of the key, never of a token (RFC 8725 §3.1).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "token/base64url.hpp"
#include "token/error.hpp"

namespace loan_manager::token {

enum class Algorithm {
    eddsa,  ///< Ed25519 (RFC 8037)
    hs256,  ///< HMAC with SHA-256 (RFC 7518 §3.2)
};

/// The JOSE name: "EdDSA" or "HS256".
std::string_view to_string(Algorithm algorithm) noexcept;

/// Shortest HS256 secret: the size of the hash (RFC 7518 §3.2).
inline constexpr std::size_t min_secret_size = 32;

/// Immutable and cheap to copy; copies share the key material, which is wiped with the last one.
/// Safe to use from several threads at once.
class Key {
public:
    /// A new private Ed25519 key from the system's random generator; its kid is its RFC 7638 thumbprint.
    static Key generate_ed25519();

    /// From the 32-byte seed (RFC 8032 "secret key"). An empty kid means the RFC 7638 thumbprint.
    static result<Key> ed25519_private(std::span<const std::uint8_t> seed, std::string kid = {});

    /// From the 32-byte public key. An empty kid means the RFC 7638 thumbprint.
    static result<Key> ed25519_public(std::span<const std::uint8_t> point, std::string kid = {});

    /// A shared secret of at least `min_secret_size` bytes; Errc::bad_key when it is shorter. The kid may be empty.
    static result<Key> hs256(std::string_view secret, std::string kid = {});

    Algorithm algorithm() const noexcept;
    const std::string& kid() const noexcept;
    bool can_sign() const noexcept;

    /// Ed25519: the same key without its private part. A shared secret has none, hence Errc::bad_key.
    result<Key> public_part() const;

    /// The 32 bytes of the public key (Ed25519 only, otherwise empty).
    const Bytes& public_bytes() const noexcept;
    /// The 32-byte seed of a private Ed25519 key, otherwise empty. The caller wipes it.
    Bytes private_seed() const;

    /// Raw signature: 64 bytes (EdDSA) or 32 bytes (HS256). Errc::cannot_sign without a private part.
    result<Bytes> sign(std::string_view message) const;

    /// False for any signature that is not exactly this key's. HS256 compares in constant time.
    bool verify(std::string_view message, std::span<const std::uint8_t> signature) const;

private:
    struct Material;
    explicit Key(std::shared_ptr<const Material> material) noexcept;
    std::shared_ptr<const Material> material_;
};

}  // namespace loan_manager::token
