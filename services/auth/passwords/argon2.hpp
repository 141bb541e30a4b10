// Argon2id password hashes as PHC strings (RFC 9106).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace loan_manager::auth::passwords {

/// What one hash costs. The defaults are OWASP's first recommendation for Argon2id.
struct Cost {
    std::uint32_t memory_kib = 19 * 1024;
    std::uint32_t iterations = 2;
    std::uint32_t parallelism = 1;

    friend bool operator==(const Cost&, const Cost&) = default;
};

/// "$argon2id$v=19$m=…,t=…,p=…$salt$hash" with a random 16-byte salt. Computes for tens of milliseconds: never on an
/// event loop. Throws std::runtime_error when memory is short.
std::string hash(std::string_view password, const Cost& cost);

/// Whether the password belongs to the PHC string, compared in constant time; false for a text that is none.
/// As expensive as the hash was.
bool verify(std::string_view password, const std::string& phc);

/// Whether the PHC string was made with another cost than this one.
bool needs_rehash(std::string_view phc, const Cost& cost);

}  // namespace loan_manager::auth::passwords
