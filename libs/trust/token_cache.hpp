#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "access/identity.hpp"

namespace loan_manager::trust {

/// SHA-256 of a token.
using Digest = std::array<std::uint8_t, 32>;
Digest digest_of(std::string_view token);

/// Identities of verified tokens by digest, so that a signature is checked once. Bounded: the least recently used
/// entry makes room. An entry counts only for the generation of the key set that verified it. Safe from every thread.
class TokenCache {
public:
    explicit TokenCache(std::size_t capacity);

    /// Null if unknown, or verified with another generation of keys.
    std::shared_ptr<const access::Identity> find(const Digest& digest, std::uint64_t generation);
    void insert(const Digest& digest, std::uint64_t generation, std::shared_ptr<const access::Identity> identity);
    std::size_t size() const;

private:
    struct Entry {
        Digest digest;
        std::uint64_t generation;
        std::shared_ptr<const access::Identity> identity;
    };
    // The digest is uniformly distributed already.
    struct Hash {
        std::size_t operator()(const Digest& digest) const noexcept;
    };
    // Loops meet in a shard only by chance.
    struct Shard {
        mutable std::mutex mutex;
        std::list<Entry> recent;  ///< most recently used first
        std::unordered_map<Digest, std::list<Entry>::iterator, Hash> index;
    };
    static constexpr std::size_t shard_count = 16;

    Shard& shard_of(const Digest& digest) { return shards_[digest[31] % shard_count]; }

    std::size_t shard_capacity_;
    std::array<Shard, shard_count> shards_;
};

}  // namespace loan_manager::trust
