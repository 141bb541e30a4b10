// What auth takes back: all older tokens of a user, or single ones.
#include <doctest/doctest.h>
#include <unordered_set>

#include "fixture.hpp"
#include "trust/trust_snapshot.hpp"

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
    // It is asked for once in ten minutes without any reason.
    const TrustState::SteadyTime start{};
    CHECK(state.next_epoch(start + 10min - 1s) == 100);
    CHECK(state.next_epoch(start + 10min) == 0);
    REQUIRE(state.apply(trust, 0, start + 10min));
    CHECK(state.next_epoch(start + 20min - 1s) == 100);
    CHECK(state.next_epoch(start + 20min) == 0);
}

TEST_CASE("D-221 an answer that was overtaken by a newer one takes nothing back") {
    const token::Key kept = token::Key::generate_ed25519(), gone = token::Key::generate_ed25519();
    const auto jwks_of = [](std::initializer_list<const token::Key*> keys) {
        token::KeySet set;
        for (const token::Key* key : keys) REQUIRE(set.add(key->public_part().value()));
        return token::write_jwks(set);
    };
    TrustState state(std::nullopt);
    v1::Trust older, newer;
    older.set_epoch(7);
    older.set_jwks(jwks_of({&kept, &gone}));
    newer.set_epoch(8);
    newer.set_jwks(jwks_of({&kept}));
    newer.add_revoked_tokens("jti-1");
    newer.add_revocations()->set_user_id(user);
    newer.mutable_revocations(0)->set_min_ver(3);
    const TrustState::SteadyTime start{};
    REQUIRE(state.apply(older, 0, start));
    REQUIRE(state.apply(newer, 7, start));
    // Asked earlier, as the whole list, and answered late.
    REQUIRE(state.apply(older, 0, start));
    CHECK(state.current()->revoked_tokens.contains("jti-1"));
    CHECK(state.current()->min_ver.at(user) == 3);
    CHECK(state.current()->keys.find(gone.kid()) == nullptr);
    // It may also mean that the database of auth was restored: the next question is for everything, and what is
    // answered then counts.
    CHECK(state.next_epoch(start) == 0);
    REQUIRE(state.apply(older, 0, start));
    CHECK(state.current()->revoked_tokens.empty());
    CHECK(state.current()->keys.find(gone.kid()) != nullptr);
}
