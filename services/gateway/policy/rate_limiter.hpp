// Token buckets for any number of clients in bounded memory.
#pragma once

#include "runtime/clock.hpp"

#include <boost/asio/ip/address.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>

namespace loan_manager::gateway {

struct Rate {
    /// Tokens that flow back per second; greater than zero.
    double per_second = 1;
    /// Size of the bucket: so many requests may come at once.
    std::uint32_t burst = 1;
};

/// Whom a bucket belongs to.
using RateKey = std::array<std::uint64_t, 2>;

/// The bucket of a user; `user_id` is the UUID of his token.
RateKey rate_key(std::string_view user_id);
/// The bucket of an address. An IPv6 client owns its whole /64, so that is what shares a bucket.
RateKey rate_key(const boost::asio::ip::address& address);

/// Safe from every thread; a decision takes one short lock of one of several shards.
///
/// A bucket is one number: the time at which it will be full again. A bucket that is full is no different from one that
/// was never made, so only full buckets are forgotten, and forgetting never refills one. When memory is used up by
/// buckets that are not full, newcomers share a single bucket until some are.
class RateLimiter {
public:
    struct Decision {
        bool allowed = true;
        /// Whole seconds, at least 1, until a request will pass; 0 when allowed.
        std::uint32_t retry_after_seconds = 0;
    };

    /// `capacity`: buckets remembered at most. The clock must outlive the limiter.
    RateLimiter(Rate rate, std::size_t capacity, const runtime::Clock& clock);

    /// Takes one token of the key's bucket, if there is one.
    Decision take(const RateKey& key);

    [[nodiscard]] const Rate& rate() const { return rate_; }
    /// Buckets remembered now; for metrics.
    [[nodiscard]] std::size_t size() const;

private:
    // The seed keeps clients who choose their address from choosing their place in the table.
    struct Hash {
        std::uint64_t seed;
        std::size_t operator()(const RateKey& key) const noexcept;
    };
    struct Shard {
        explicit Shard(std::uint64_t seed) : full_at(0, Hash{seed}) {}
        mutable std::mutex mutex;
        std::unordered_map<RateKey, std::int64_t, Hash> full_at;
        std::int64_t overflow_full_at = 0;
        std::int64_t swept_at = 0;
    };
    static constexpr std::size_t shard_count = 16;

    std::int64_t& bucket(Shard& shard, const RateKey& key, std::int64_t now);

    Rate rate_;
    std::int64_t interval_;   // nanoseconds in which one token flows back
    std::int64_t tolerance_;  // how far in the future a bucket may be full for one more request to pass
    std::size_t shard_capacity_;
    const runtime::Clock& clock_;
    Hash hash_;
    std::array<std::unique_ptr<Shard>, shard_count> shards_;
};

}  // namespace loan_manager::gateway
