#include <doctest/doctest.h>
#include <vector>

#include "fixture.hpp"
#include "runtime/background.hpp"

using namespace loan_manager;
using namespace loan_manager::trust;
using namespace loan_manager::trust::testing;

TEST_CASE("D-221 a valid token yields its identity, verified or remembered") {
    Fixture f;
    CHECK(f.code("anything") == "UNAVAILABLE");  // nothing known yet: not the caller's fault
    CHECK_FALSE(f.authenticator.ready());
    REQUIRE(f.refresh());
    CHECK(f.authenticator.ready());
    const std::string token = f.token();
    for (int i = 0; i < 2; ++i) {
        const rpc::Result<access::Identity> identity = f.run(f.authenticator.authenticate(token));
        REQUIRE(identity.has_value());
        CHECK(identity->user_id == user);
        CHECK(identity->username == "nimal");
        CHECK(identity->roles == std::vector<std::string>{"branch_manager"});
        CHECK(identity->branch_scope.size() == 1);
        CHECK(identity->ver == 1);
    }
    CHECK(f.code(token + "x") == "UNAUTHENTICATED");
    CHECK(f.code("") == "UNAUTHENTICATED");
    CHECK(f.code(std::string(100'000, 'a')) == "UNAUTHENTICATED");
}

TEST_CASE("D-221 a remembered token expires like any other") {
    Fixture f;
    REQUIRE(f.refresh());
    const std::string token = f.token();
    const std::string not_remembered = f.token();
    CHECK(f.code(token) == "");
    f.clock.advance(1829s);
    CHECK(f.code(token) == "");  // within the leeway
    f.clock.advance(2s);
    REQUIRE(f.refresh());
    CHECK(f.code(token) == "TOKEN_EXPIRED");
    CHECK(f.code(not_remembered) == "TOKEN_EXPIRED");
}

TEST_CASE("a key that is removed stops working, also for remembered tokens") {
    Fixture f;
    REQUIRE(f.refresh());
    const std::string old_token = f.token();
    CHECK(f.code(old_token) == "");
    const token::Key next = token::Key::generate_ed25519();
    f.auth.published = token::KeySet();
    f.auth.publish(next);
    REQUIRE(f.refresh());
    CHECK(f.code(old_token) == "UNAUTHENTICATED");
    CHECK(f.code(f.token_by(next)) == "");
}

TEST_CASE("a new key is fetched when a token names it") {
    Fixture f;
    REQUIRE(f.refresh());
    const token::Key next = token::Key::generate_ed25519();
    f.auth.publish(next);
    CHECK(f.code(f.token_by(next)) == "");
    CHECK(f.auth.asked == 2);
}

TEST_CASE("forged key ids cause no fetch storm") {
    Fixture f;
    REQUIRE(f.refresh());
    const std::string honest = f.token();
    for (int i = 0; i < 50; ++i) {
        CHECK(f.code(f.token_by(token::Key::generate_ed25519())) == "UNAUTHENTICATED");
    }
    CHECK(f.auth.asked == 2);  // the refresh above, and one question for all of them
    CHECK(f.code(honest) == "");
    f.clock.advance(3s);
    CHECK(f.code(f.token_by(token::Key::generate_ed25519())) == "UNAUTHENTICATED");
    CHECK(f.auth.asked == 3);
}

TEST_CASE("requests with the same new key share one question") {
    Fixture f;
    REQUIRE(f.refresh());
    const token::Key next = token::Key::generate_ed25519();
    f.auth.publish(next);
    std::vector<std::string> tokens;
    std::vector<std::future<rpc::Result<access::Identity>>> answers;
    for (int i = 0; i < 20; ++i) {
        tokens.push_back(f.token_by(next));
    }
    for (const std::string& token : tokens) {
        answers.push_back(asio::co_spawn(f.context, f.authenticator.authenticate(token), asio::use_future));
    }
    f.context.restart();
    f.context.run();
    for (auto& answer : answers) {
        CHECK(answer.get().has_value());
    }
    CHECK(f.auth.asked == 2);
}

TEST_CASE("while auth is away known keys stay in use, but not for ever") {
    AuthenticatorOptions options;
    options.max_stale = 600s;
    Fixture f(options);
    REQUIRE(f.refresh());
    const std::string token = f.token();
    f.auth.away = true;
    CHECK_FALSE(f.refresh());
    f.clock.advance(599s);
    CHECK(f.authenticator.ready());
    CHECK(f.code(token) == "");
    CHECK(f.code(f.token()) == "");
    f.clock.advance(2s);
    CHECK_FALSE(f.authenticator.ready());
    CHECK(f.code(token) == "UNAVAILABLE");
    f.auth.away = false;
    REQUIRE(f.refresh());
    CHECK(f.code(token) == "");
}

TEST_CASE("an unusable key set is not taken over") {
    Fixture f;
    REQUIRE(f.refresh());
    const std::string token = f.token();
    f.auth.published = token::KeySet();
    CHECK_FALSE(f.refresh());
    CHECK(f.code(token) == "");
}

TEST_CASE("HS256 needs no keys of auth, but hears of revocations") {
    AuthenticatorOptions options;
    options.algorithm = "HS256";
    options.shared_secret = "0123456789abcdef0123456789abcdef";
    Fixture f(options);
    const token::Key secret = token::Key::hs256(options.shared_secret).value();
    CHECK(f.authenticator.ready());
    const std::string token = f.token_by(secret);
    CHECK(f.code(token) == "");
    CHECK(f.code(f.token()) == "UNAUTHENTICATED");  // EdDSA is not this system's algorithm
    f.auth.revoke(user, 2);
    REQUIRE(f.refresh());
    CHECK(f.code(token) == "UNAUTHENTICATED");
    const std::string ended = f.token_by(secret, 2);
    CHECK(f.code(ended) == "");
    f.auth.revoke_token("jti-" + std::to_string(f.issued));
    REQUIRE(f.refresh());
    CHECK(f.code(ended) == "UNAUTHENTICATED");
    CHECK(f.code(f.token_by(secret, 2)) == "");
}

TEST_CASE("with EdDSA a token signed with a guessed shared secret is refused") {
    Fixture f;
    REQUIRE(f.refresh());
    const token::Key forged = token::Key::hs256("0123456789abcdef0123456789abcdef", f.auth.key.kid()).value();
    CHECK(f.code(f.token_by(forged)) == "UNAUTHENTICATED");
}

TEST_CASE("bad options are refused") {
    AuthenticatorOptions options;
    options.algorithm = "none";
    CHECK_THROWS_AS(Authenticator(options, nullptr), std::invalid_argument);
    options.algorithm = "HS256";
    options.shared_secret = "short";
    CHECK_THROWS_AS(Authenticator(options, nullptr), std::invalid_argument);
}

TEST_CASE("polling goes on until it is stopped, also while auth fails") {
    AuthenticatorOptions options;
    options.poll_interval = 1ms;
    Fixture f(options);
    f.auth.away = true;
    f.authenticator.start(f.context.get_executor());
    f.context.restart();
    while (f.auth.asked < 3) {
        f.context.run_one();
    }
    CHECK_FALSE(f.authenticator.ready());
    f.auth.away = false;
    while (!f.authenticator.ready()) {
        f.context.run_one();
    }
    f.authenticator.stop();
    f.context.run();  // returns: nothing is left to do
    CHECK(f.code(f.token()) == "");
}

TEST_CASE("polling goes on when auth's answer throws, and it is counted") {
    const auto before = runtime::background_task("trust").failures;
    AuthenticatorOptions options;
    options.poll_interval = 1ms;
    Fixture f(options);
    f.auth.breaks = true;
    f.authenticator.start(f.context.get_executor());
    f.context.restart();
    while (runtime::background_task("trust").failures < before + 2) {
        f.context.run_one();
    }
    CHECK_FALSE(f.authenticator.ready());
    f.auth.breaks = false;
    while (!f.authenticator.ready()) {
        f.context.run_one();
    }
    f.authenticator.stop();
    f.context.run();
    CHECK(f.code(f.token()) == "");
}
