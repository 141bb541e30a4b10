#include "trust/token_cache.hpp"

#include <algorithm>
#include <cstring>

#include "digest/sha256.hpp"

namespace loan_manager::trust {

Digest digest_of(std::string_view token) {
    Digest digest{};
    std::ranges::copy(digest::sha256({token}), digest.begin());
    return digest;
}

std::size_t TokenCache::Hash::operator()(const Digest& digest) const noexcept {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof hash);
    return hash;
}

TokenCache::TokenCache(std::size_t capacity) : shard_capacity_(std::max<std::size_t>(1, capacity / shard_count)) {}

std::shared_ptr<const access::Identity> TokenCache::find(const Digest& digest, std::uint64_t generation) {
    Shard& shard = shard_of(digest);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.index.find(digest);
    if (found == shard.index.end()) {
        return nullptr;
    }
    if (found->second->generation != generation) {
        shard.recent.erase(found->second);
        shard.index.erase(found);
        return nullptr;
    }
    shard.recent.splice(shard.recent.begin(), shard.recent, found->second);
    return found->second->identity;
}

void TokenCache::insert(const Digest& digest, std::uint64_t generation,
                        std::shared_ptr<const access::Identity> identity) {
    Shard& shard = shard_of(digest);
    const std::lock_guard lock(shard.mutex);
    if (const auto found = shard.index.find(digest); found != shard.index.end()) {
        found->second->generation = generation;
        found->second->identity = std::move(identity);
        return;
    }
    if (shard.recent.size() >= shard_capacity_) {
        shard.index.erase(shard.recent.back().digest);
        shard.recent.pop_back();
    }
    shard.recent.push_front(Entry{digest, generation, std::move(identity)});
    shard.index.emplace(digest, shard.recent.begin());
}

std::size_t TokenCache::size() const {
    std::size_t total = 0;
    for (const Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        total += shard.recent.size();
    }
    return total;
}

}  // namespace loan_manager::trust
