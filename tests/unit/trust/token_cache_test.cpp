#include <doctest/doctest.h>

#include "trust/token_cache.hpp"

using namespace loan_manager;
using namespace loan_manager::trust;

namespace {

std::shared_ptr<const access::Identity> somebody() { return std::make_shared<access::Identity>(); }

}  // namespace

TEST_CASE("the cache of verified tokens stays within its bound") {
    TokenCache cache(160);
    for (int i = 0; i < 10'000; ++i) {
        cache.insert(digest_of("token " + std::to_string(i)), 1, somebody());
    }
    CHECK(cache.size() <= 160);
    CHECK(cache.size() > 100);
    CHECK(cache.find(digest_of("token 9999"), 1) != nullptr);
    CHECK(cache.find(digest_of("token 0"), 1) == nullptr);
}

TEST_CASE("what is used stays, what is not used makes room") {
    TokenCache cache(32);
    const Digest kept = digest_of("kept");
    cache.insert(kept, 1, somebody());
    for (int i = 0; i < 1'000; ++i) {
        cache.insert(digest_of("token " + std::to_string(i)), 1, somebody());
        REQUIRE(cache.find(kept, 1) != nullptr);
    }
}

TEST_CASE("an entry of other keys does not count") {
    TokenCache cache(32);
    cache.insert(digest_of("t"), 1, somebody());
    CHECK(cache.find(digest_of("t"), 2) == nullptr);
    CHECK(cache.size() == 0);
    cache.insert(digest_of("t"), 2, somebody());
    cache.insert(digest_of("t"), 3, somebody());
    CHECK(cache.size() == 1);
    CHECK(cache.find(digest_of("t"), 3) != nullptr);
}
