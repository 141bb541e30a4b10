// D-217: token buckets on a clock that the test moves.
#include "gateway/policy/rate_limiter.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace loan_manager;
using gateway::rate_key;
using gateway::RateLimiter;
using namespace std::chrono_literals;
using boost::asio::ip::make_address;

namespace {

int allowed_of(RateLimiter& limiter, const gateway::RateKey& key, int requests) {
    int allowed = 0;
    for (int i = 0; i < requests; ++i) {
        allowed += limiter.take(key).allowed ? 1 : 0;
    }
    return allowed;
}

struct Setup {
    runtime::ManualClock clock{std::chrono::system_clock::time_point{} + 1h};
    Setup() { clock.advance(1h); }
};

}  // namespace

TEST_CASE("D-217 a burst passes at once, then the rate flows back") {
    Setup setup;
    RateLimiter limiter({100, 200}, 1000, setup.clock);
    const auto user = rate_key("01900000-0000-7000-8000-000000000001");
    CHECK(allowed_of(limiter, user, 500) == 200);
    setup.clock.advance(1s);
    CHECK(allowed_of(limiter, user, 500) == 100);
    setup.clock.advance(10ms);
    CHECK(allowed_of(limiter, user, 5) == 1);
    setup.clock.advance(1h);
    CHECK(allowed_of(limiter, user, 500) == 200);
}

TEST_CASE("D-217 a refusal says when to come back, and refusals cost nothing") {
    Setup setup;
    RateLimiter limiter({0.1, 1}, 1000, setup.clock);
    const auto key = rate_key(make_address("192.0.2.1"));
    CHECK(limiter.take(key).allowed);
    CHECK(limiter.take(key).retry_after_seconds == 10);
    setup.clock.advance(9500ms);
    CHECK(limiter.take(key).retry_after_seconds == 1);
    setup.clock.advance(500ms);
    CHECK(limiter.take(key).allowed);
}

TEST_CASE("keys do not share buckets, except one IPv6 network") {
    Setup setup;
    RateLimiter limiter({1, 5}, 1000, setup.clock);
    CHECK(allowed_of(limiter, rate_key(make_address("192.0.2.1")), 10) == 5);
    CHECK(allowed_of(limiter, rate_key(make_address("192.0.2.2")), 10) == 5);
    CHECK(allowed_of(limiter, rate_key(make_address("2001:db8::1")), 10) == 5);
    CHECK(allowed_of(limiter, rate_key(make_address("2001:db8::ffff:1")), 10) == 0);
    CHECK(allowed_of(limiter, rate_key(make_address("2001:db8:0:1::1")), 10) == 5);
}

TEST_CASE("memory is bounded, and forgetting a bucket never refills it") {
    Setup setup;
    constexpr std::size_t capacity = 160;
    RateLimiter limiter({1, 2}, capacity, setup.clock);
    const auto drained = rate_key(make_address("192.0.2.1"));
    CHECK(allowed_of(limiter, drained, 10) == 2);
    // A flood of other addresses, each used up as well.
    for (std::uint32_t i = 0; i < 100'000; ++i) {
        limiter.take(rate_key(boost::asio::ip::address_v4(0x0a000000 + i)));
        CHECK_MESSAGE(limiter.size() <= capacity, "bounded");
        if (i % 1000 == 0) {
            setup.clock.advance(1ms);
        }
    }
    CHECK(allowed_of(limiter, drained, 10) == 0);
    // When buckets are full again, they make room.
    setup.clock.advance(10s);
    CHECK(allowed_of(limiter, rate_key(make_address("198.51.100.9")), 10) == 2);
}

TEST_CASE("newcomers to a full table share one bucket rather than pass unlimited") {
    Setup setup;
    RateLimiter limiter({1, 2}, 16, setup.clock);
    int allowed = 0;
    for (std::uint32_t i = 0; i < 10'000; ++i) {
        allowed += limiter.take(rate_key(boost::asio::ip::address_v4(0x0a000000 + i))).allowed ? 1 : 0;
    }
    // At most one bucket remembered and one shared for each of the 16 shards.
    CHECK(allowed <= 16 * (1 + 2));
}
