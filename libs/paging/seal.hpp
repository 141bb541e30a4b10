#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace loan_manager::paging {

/// Seals what a client carries for us: nobody can read it, change it or use it elsewhere. AES-256-GCM with a random
/// nonce (NIST SP 800-38D); the text it is bound to is authenticated with it. Immutable and safe from every thread.
class Seal {
public:
    /// `key` is any secret of at least 32 bytes. std::invalid_argument if it is shorter.
    explicit Seal(std::span<const std::byte> key);

    /// URL-safe text. Throws std::runtime_error if OpenSSL cannot.
    std::string close(std::string_view content, std::string_view bound_to) const;
    /// Nothing if it was not closed with this key and bound to this text.
    std::optional<std::string> open(std::string_view sealed, std::string_view bound_to) const;

private:
    std::array<unsigned char, 32> key_;
};

}  // namespace loan_manager::paging
