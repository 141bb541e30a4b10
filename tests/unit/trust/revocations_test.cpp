// What auth takes back: all older tokens of a user, or single ones.
#include <doctest/doctest.h>
#include <unordered_set>

#include "fixture.hpp"
#include "trust/knowledge.hpp"

using namespace loan_manager;
using namespace loan_manager::trust;
using namespace loan_manager::trust::testing;

TEST_CASE("D-221 a revocation ends remembered and new tokens of a smaller ver with the next poll") {
    Fixture f;
    REQUIRE(f.refresh());
    const std::string before = f.token(1);
    CHECK(f.code(before) == "");
    f.auth.revoke(user, 2);
    REQUIRE(f.refresh());
    CHECK(f.code(before) == "UNAUTHENTICATED");
    CHECK(f.code(f.token(1)) == "UNAUTHENTICATED");
    CHECK(f.code(f.token(2)) == "");
    // Later polls bring only news, and take nothing back.
    f.auth.revoke("01900000-0000-7000-8000-00000000000b", 5);
    REQUIRE(f.refresh());
    CHECK(f.code(before) == "UNAUTHENTICATED");
}

TEST_CASE("D-221 a revoked token stops with the next poll, remembered or not; others of the user go on") {
    Fixture f;
    REQUIRE(f.refresh());
    const std::string remembered = f.token();  // jti-1
    const std::string fresh = f.token();       // jti-2
    const std::string other = f.token();
    CHECK(f.code(remembered) == "");
    CHECK(f.code(other) == "");
    f.auth.revoke_token("jti-1");
    f.auth.revoke_token("jti-2");
    CHECK(f.code(remembered) == "");  // not heard of yet
    REQUIRE(f.refresh());
    CHECK(f.code(remembered) == "UNAUTHENTICATED");
    CHECK(f.code(fresh) == "UNAUTHENTICATED");
    CHECK(f.code(other) == "");
    // Later polls bring only news, and take nothing back; nor does a change of keys.
    f.auth.revoke_token("jti-9");
    REQUIRE(f.refresh());
    f.auth.publish(token::Key::generate_ed25519());
    REQUIRE(f.refresh());
    CHECK(f.code(remembered) == "UNAUTHENTICATED");
    CHECK(f.code(other) == "");
    // While auth is away, what is known stays in force.
    f.auth.away = true;
    CHECK_FALSE(f.refresh());
    CHECK(f.code(remembered) == "UNAUTHENTICATED");
}

TEST_CASE("revoked tokens that concern nobody any more are forgotten with the next whole list") {
    TrustState state(token::KeySet{});
    v1::Trust trust;
    for (int i = 1; i <= 100; ++i) {
        trust.set_epoch(i);
        trust.clear_revoked_tokens();
        trust.add_revoked_tokens("jti-" + std::to_string(i));
        REQUIRE(state.apply(trust, i == 1 ? 0 : i - 1, TrustState::SteadyTime()));
    }
    CHECK(state.current()->revoked_tokens.size() == 100);
    // Auth lists only what can still be alive.
    REQUIRE(state.apply(trust, 0, TrustState::SteadyTime()));
    CHECK(state.current()->revoked_tokens == std::unordered_set<std::string>{"jti-100"});
    // It is asked for now and then without any reason.
    int whole_lists = 0;
    for (int i = 0; i < 1200; ++i) {
        whole_lists += state.next_epoch() == 0 ? 1 : 0;
    }
    CHECK(whole_lists == 1);
}
