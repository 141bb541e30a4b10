#include "gateway/policy/rate_limiter.hpp"

#include "gateway/http/peer_address.hpp"
#include "runtime/uuid.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <random>

namespace loan_manager::gateway {

namespace {

constexpr std::int64_t second = 1'000'000'000;

std::uint64_t mix(std::uint64_t x) {  // finalizer of SplitMix64
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9ULL;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

std::uint64_t random_seed() {
    std::random_device device;
    return (static_cast<std::uint64_t>(device()) << 32) | device();
}

}  // namespace

RateKey rate_key(std::string_view user_id) {
    RateKey key{};
    if (const auto uuid = runtime::Uuid::parse(user_id)) {
        std::memcpy(key.data(), uuid->bytes().data(), sizeof key);
    } else {
        key = {std::hash<std::string_view>{}(user_id), user_id.size()};
    }
    return key;
}

RateKey rate_key(const boost::asio::ip::address& address) { return http::network_of(address); }

std::size_t RateLimiter::Hash::operator()(const RateKey& key) const noexcept {
    return mix(mix(key[0] ^ seed) + key[1]);
}

RateLimiter::RateLimiter(Rate rate, std::size_t capacity, const runtime::Clock& clock)
    : rate_(rate),
      interval_(std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(second) / rate.per_second))),
      tolerance_(interval_ * (std::max<std::int64_t>(1, rate.burst) - 1)),
      shard_capacity_(std::max<std::size_t>(1, capacity / shard_count)),
      clock_(clock),
      hash_{random_seed()} {
    for (auto& shard : shards_) {
        shard = std::make_unique<Shard>(hash_.seed);
    }
}

RateLimiter::Decision RateLimiter::take(const RateKey& key) {
    const std::int64_t now =
        std::chrono::duration_cast<std::chrono::nanoseconds>(clock_.steady_now().time_since_epoch()).count();
    Shard& shard = *shards_[hash_(key) >> 60];
    const std::scoped_lock lock(shard.mutex);
    std::int64_t& full_at = bucket(shard, key, now);
    const std::int64_t ahead = full_at - now;
    if (ahead > tolerance_) {
        const std::int64_t wait = ahead - tolerance_;
        return {false, static_cast<std::uint32_t>(std::max<std::int64_t>(1, (wait + second - 1) / second))};
    }
    full_at = std::max(full_at, now) + interval_;
    return {};
}

std::int64_t& RateLimiter::bucket(Shard& shard, const RateKey& key, std::int64_t now) {
    const auto found = shard.full_at.find(key);
    if (found != shard.full_at.end()) {
        return found->second;
    }
    if (shard.full_at.size() >= shard_capacity_ && now - shard.swept_at >= second) {
        // At most once a second, so that a flood of new keys does not pay for a sweep each.
        shard.swept_at = now;
        std::erase_if(shard.full_at, [now](const auto& entry) { return entry.second <= now; });
    }
    if (shard.full_at.size() >= shard_capacity_) {
        return shard.overflow_full_at;
    }
    return shard.full_at.emplace(key, now).first->second;
}

std::size_t RateLimiter::size() const {
    std::size_t sum = 0;
    for (const auto& shard : shards_) {
        const std::scoped_lock lock(shard->mutex);
        sum += shard->full_at.size();
    }
    return sum;
}

}  // namespace loan_manager::gateway
