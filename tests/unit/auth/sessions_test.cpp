// Sign-in and refresh against PostgreSQL, with a clock that the test moves.
#include <doctest/doctest.h>

#include <algorithm>
#include <boost/asio/use_future.hpp>
#include <future>

#include "world.hpp"

using namespace loan_manager;
using auth::testing::World;
using namespace std::chrono_literals;
namespace v1 = loanmanager::auth::v1;

namespace {

std::string code_of(const rpc::Result<v1::TokenResponse>& answer) { return answer ? "" : answer.error().code; }

}  // namespace

TEST_CASE("D-221 sign-in: the token says who, with what rights, for 30 minutes") {
    World world;
    const auto user = world.add_user("nimal", "correct horse", {"branch_manager", "viewer"});
    const v1::TokenResponse answer = world.login(" NIMAL ", "correct horse").value();
    CHECK(answer.token_type() == "bearer");
    CHECK(answer.expires_in() == 1800);
    CHECK(answer.refresh_token().size() == 43);
    const token::AccessToken access = world.read(answer.access_token());
    CHECK(access.user_id == user.id);
    CHECK(access.username == "nimal");
    CHECK(access.roles == std::vector<std::string>{"branch_manager", "viewer"});
    CHECK(access.version == 1);
    // Nothing usable is stored, and what happened is in the audit log (D-219).
    CHECK(world.admin.value("SELECT count(*) FROM auth.refresh_tokens t WHERE encode(t.token_hash, 'escape') LIKE '%" +
                            answer.refresh_token() + "%'") == "0");
    CHECK(world.admin.value(
              "SELECT action || ' ' || username || ' ' || host(ip) || ' ' || user_agent FROM fleet.audit_log"
              " WHERE action LIKE 'LOGIN%'") == "LOGIN nimal 203.0.113.1 doctest");
    CHECK(world.admin.value("SELECT count(*) FROM fleet.outbox WHERE event_type LIKE 'login%'") == "0");
}

TEST_CASE("sign-in: wrong password, unknown, disabled and system user get one answer") {
    World world;
    world.add_user("nimal");
    world.add_user("gone");
    world.admin.rows("UPDATE auth.users SET is_active = false WHERE username = 'gone'");
    const std::string message = world.login("nobody-else", "x").error().message;
    for (const char* name : {"nimal", "nobody", "gone", "system", "x", "'; DROP TABLE auth.users --"}) {
        CAPTURE(name);
        const auto answer = world.login(name, name == std::string("nimal") ? "wrong horse" : "correct horse");
        REQUIRE_FALSE(answer.has_value());
        CHECK(answer.error().code == "BAD_CREDENTIALS");
        CHECK(answer.error().message == message);
        CHECK(answer.error().retry_after_seconds == 0);
    }
    CHECK(world.admin.value("SELECT failed_logins FROM auth.users WHERE username = 'nimal'") == "1");
    // People type passwords into the name field: only names of users are kept.
    CHECK(world.admin.value("SELECT string_agg(DISTINCT username, ',' ORDER BY username) FROM fleet.audit_log"
                            " WHERE action = 'LOGIN_FAILED'") == ",gone,nimal,system");
    CHECK(world.admin.value("SELECT count(*) FROM fleet.audit_log WHERE action = 'LOGIN_FAILED' AND username = ''"
                            " AND user_id IS NULL") == "4");
}

TEST_CASE("sign-in: what was typed as a name is stored nowhere; sixteen bits of it tell attempts apart") {
    World world;
    const std::string typed = "k7wmx-3hqzt-p9d4r-ny8cv";
    CHECK(code_of(world.login(typed, "x")) == "BAD_CREDENTIALS");
    CHECK(code_of(world.login(" K7WMX-3hqzt-p9d4r-ny8cv\t", "x")) == "BAD_CREDENTIALS");
    for (const char* table : {"auth.login_attempts", "fleet.audit_log", "fleet.outbox"}) {
        CAPTURE(table);
        CHECK(world.admin.value("SELECT count(*) FROM " + std::string(table) +
                                " t WHERE t::text ILIKE '%k7wmx%' OR t::text ILIKE '%3hqzt%'") == "0");
    }
    CHECK(world.admin.value("SELECT count(DISTINCT name_bucket) FROM auth.login_attempts") == "1");
    CHECK(auth::sessions::name_bucket("nimal") != auth::sessions::name_bucket("nobody"));
    CHECK(auth::sessions::name_bucket("nimal") < 65536);
}

TEST_CASE("D-217 sign-in: five failures make the pair of account and address wait") {
    World world;
    world.add_user("nimal");
    for (int i = 0; i < 5; ++i) CHECK(code_of(world.login("nimal", "wrong horse")) == "BAD_CREDENTIALS");
    auto throttled = world.login("nimal", "correct horse");
    CHECK(code_of(throttled) == "LOGIN_THROTTLED");
    CHECK(throttled.error().retry_after_seconds == 900);
    CHECK(world.admin.value("SELECT locked_until > now() FROM auth.users WHERE username = 'nimal'") == "t");
    // An unknown account behaves the same; other accounts and other addresses are not concerned.
    for (int i = 0; i < 5; ++i) CHECK(code_of(world.login("nobody", "x")) == "BAD_CREDENTIALS");
    CHECK(code_of(world.login("nobody", "x")) == "LOGIN_THROTTLED");
    CHECK(code_of(world.login("another", "x")) == "BAD_CREDENTIALS");
    CHECK(world.login("nimal", "correct horse", "203.0.113.2").has_value());

    world.clock.advance(899s);
    CHECK(code_of(world.login("nimal", "correct horse")) == "LOGIN_THROTTLED");
    world.clock.advance(1s);
    CHECK(world.login("nimal", "correct horse").has_value());
}

TEST_CASE("D-217 sign-in: never locked from an address it is known from") {
    World world;
    world.add_user("nimal");
    REQUIRE(world.login("nimal", "correct horse").has_value());
    for (int i = 0; i < 8; ++i) CHECK(code_of(world.login("nimal", "wrong horse")) == "BAD_CREDENTIALS");
    CHECK(world.login("nimal", "correct horse").has_value());
    // After three months without a visit the address is a stranger again.
    world.clock.advance(91 * 24h);
    for (int i = 0; i < 5; ++i) CHECK(code_of(world.login("nimal", "wrong horse")) == "BAD_CREDENTIALS");
    CHECK(code_of(world.login("nimal", "correct horse")) == "LOGIN_THROTTLED");
}

TEST_CASE("D-217 sign-in: 20 attempts a minute from one address") {
    World world;
    world.settings.throttle.attempts_per_minute = 20;
    world.add_user("nimal");
    REQUIRE(world.login("nimal", "correct horse").has_value());
    for (int i = 1; i < 20; ++i) {
        world.clock.advance(1s);
        CHECK(code_of(world.login("user" + std::to_string(i), "x")) == "BAD_CREDENTIALS");
    }
    const auto throttled = world.login("nimal", "correct horse");
    CHECK(code_of(throttled) == "LOGIN_THROTTLED");
    CHECK(throttled.error().retry_after_seconds == 41);
    CHECK(world.login("nimal", "correct horse", "203.0.113.2").has_value());
    world.clock.advance(41s);
    CHECK(world.login("nimal", "correct horse").has_value());
}

TEST_CASE("D-217 sign-in: parallel guesses are counted one by one") {
    World world;
    world.add_user("nimal");
    std::vector<std::future<rpc::Result<v1::TokenResponse>>> guesses;
    for (int i = 0; i < 40; ++i) {
        guesses.push_back(boost::asio::co_spawn(world.loop.context(),
                                                world.log_in("nimal", "guess " + std::to_string(i), "203.0.113.1"),
                                                boost::asio::use_future));
    }
    int looked_at = 0;
    for (auto& guess : guesses) {
        const std::string code = code_of(guess.get());
        if (code == "BAD_CREDENTIALS") ++looked_at;
        CHECK((code == "BAD_CREDENTIALS" || code == "LOGIN_THROTTLED"));
    }
    CHECK(looked_at == 5);
}

TEST_CASE("sign-in: a hash of another cost is renewed") {
    World world;
    world.add_user("nimal");
    const std::string old_hash =
        auth::passwords::hash("correct horse", {.memory_kib = 2048, .iterations = 1, .parallelism = 1});
    world.admin.rows("UPDATE auth.users SET password_hash = '" + old_hash + "' WHERE username = 'nimal'");
    REQUIRE(world.login("nimal", "correct horse").has_value());
    CHECK(world.admin.value("SELECT password_hash FROM auth.users WHERE username = 'nimal'")
              .starts_with("$argon2id$v=19$m=1024,t=1,p=1$"));
    CHECK(world.login("nimal", "correct horse").has_value());
}

TEST_CASE("D-221 refresh: each token works once, within seven days") {
    World world;
    world.add_user("nimal");
    const v1::TokenResponse first = world.login("nimal", "correct horse").value();
    world.clock.advance(7 * 24h - 1s);
    const v1::TokenResponse second = world.refresh(first.refresh_token()).value();
    CHECK(second.refresh_token() != first.refresh_token());
    CHECK(world.read(second.access_token()).username == "nimal");
    world.clock.advance(7 * 24h);
    CHECK(code_of(world.refresh(second.refresh_token())) == "UNAUTHENTICATED");
    CHECK(code_of(world.refresh("unknown")) == "UNAUTHENTICATED");
    CHECK(code_of(world.refresh(std::string(500, 'x'))) == "UNAUTHENTICATED");
}

TEST_CASE("X-26 refresh: of parallel uses of one token exactly one succeeds, and the family ends") {
    World world;
    world.add_user("nimal");
    for (int round = 0; round < 5; ++round) {
        const v1::TokenResponse session = world.login("nimal", "correct horse").value();
        std::vector<std::future<rpc::Result<v1::TokenResponse>>> uses;
        for (int i = 0; i < 6; ++i) {
            uses.push_back(boost::asio::co_spawn(world.loop.context(), world.refresh_with(session.refresh_token()),
                                                 boost::asio::use_future));
        }
        std::vector<std::string> winners;
        int reused = 0;
        for (auto& use : uses) {
            const auto answer = use.get();
            if (answer) winners.push_back(answer->refresh_token());
            reused += code_of(answer) == "TOKEN_REUSED" ? 1 : 0;
        }
        CHECK(winners.size() == 1);
        CHECK(reused == 5);
        CHECK(code_of(world.refresh(winners.at(0))) == "UNAUTHENTICATED");
    }
}

TEST_CASE("refresh: rights are those of the moment, and a disabled user has none") {
    World world;
    world.add_user("nimal");
    const v1::TokenResponse first = world.login("nimal", "correct horse").value();
    world.admin.rows("UPDATE auth.users SET roles = '{auditor}' WHERE username = 'nimal'");
    const v1::TokenResponse second = world.refresh(first.refresh_token()).value();
    CHECK(world.read(second.access_token()).roles == std::vector<std::string>{"auditor"});
    CHECK(world.read(second.access_token()).version == 2);
    world.admin.rows("UPDATE auth.users SET is_active = false WHERE username = 'nimal'");
    CHECK(code_of(world.refresh(second.refresh_token())) == "UNAUTHENTICATED");
}

TEST_CASE("D-217 sign-in: a lock of a clock that was ahead ends when the clock is put right") {
    World world;
    world.settings.throttle.attempts_per_minute = 20;
    world.add_user("nimal");
    const auto right = world.clock.now();
    world.clock.set(right + 5h + 30min);
    for (int i = 0; i < 5; ++i) CHECK(code_of(world.login("nimal", "wrong horse")) == "BAD_CREDENTIALS");
    for (int i = 0; i < 15; ++i) CHECK(code_of(world.login("user" + std::to_string(i), "x")) == "BAD_CREDENTIALS");
    CHECK(code_of(world.login("nimal", "correct horse")) == "LOGIN_THROTTLED");
    world.clock.set(right);
    CHECK(world.login("nimal", "correct horse").has_value());
    // Guessing is counted by the clock of now.
    for (int i = 0; i < 5; ++i) CHECK(code_of(world.login("kamal", "wrong")) == "BAD_CREDENTIALS");
    CHECK(code_of(world.login("kamal", "wrong")) == "LOGIN_THROTTLED");
    CHECK(world.login("kamal", "wrong").error().retry_after_seconds <= 900);
    world.clear_away();
    CHECK(world.admin.value("SELECT count(*) FROM auth.login_attempts WHERE started_at > now() + interval '1 hour'") ==
          "0");
}

TEST_CASE("D-221 a clock that was a year ahead leaves nothing that outlives its life from now") {
    World world;
    const auto right = world.clock.now();
    world.add_user("nimal");
    world.clock.set(right + 24h * 365);
    const v1::TokenResponse session = world.login("nimal", "correct horse").value();
    for (int i = 0; i < 5; ++i) CHECK(code_of(world.login("nimal", "x", "203.0.113.2")) == "BAD_CREDENTIALS");
    world.admin.rows(
        "UPDATE auth.users SET must_change_password = true, password_changed_at = now() + interval '1 year'"
        " WHERE username = 'nimal'");
    world.clock.set(right);
    world.clear_away();
    CHECK(
        world.admin.value("SELECT count(*) FROM auth.refresh_tokens WHERE expires_at > now() + interval '7 days 1 hour'"
                          " OR issued_at > now() + interval '1 hour'") == "0");
    CHECK(world.admin.value(
              "SELECT count(*) FROM auth.known_addresses WHERE last_seen_at > now() + interval '1 hour'") == "0");
    CHECK(world.admin.value("SELECT count(*) FROM auth.users WHERE locked_until > now() + interval '1 hour'"
                            " OR password_changed_at > now() + interval '1 hour'") == "0");
    world.clock.advance(73h);
    CHECK(code_of(world.login("nimal", "correct horse")) == "BAD_CREDENTIALS");  // a one-time password expires
    world.clock.advance(5 * 24h);
    CHECK(code_of(world.refresh(session.refresh_token())) == "UNAUTHENTICATED");
}

TEST_CASE("housekeeping takes at most 500 rows in a step, and comes to an end") {
    World world;
    const auto user = world.add_user("nimal");
    world.admin.rows(
        "INSERT INTO auth.login_attempts (address, name_bucket, started_at, outcome)"
        " SELECT 'a', 1, now() - interval '2 days', 'FAILED' FROM generate_series(1, 1234)");
    world.admin.rows(
        "INSERT INTO auth.revoked_tokens (jti, epoch, revoked_at)"
        " SELECT gen_random_uuid(), 1, now() - interval '2 days' FROM generate_series(1, 1234)");
    world.admin.rows(
        "INSERT INTO auth.known_addresses (user_id, address, first_seen_at, last_seen_at)"
        " SELECT '" +
        user.id +
        "', 'a' || n, now() - interval '200 days', now() - interval '100 days'"
        " FROM generate_series(1, 1234) n");
    // One family of 1234 tokens that has ended, and one whose last token is alive.
    world.admin.rows(
        "INSERT INTO auth.refresh_tokens (id, user_id, family_id, token_hash, access_jti, issued_at, expires_at)"
        " SELECT gen_random_uuid(), '" +
        user.id +
        "', ('0190a000-0000-7000-8000-00000000000' || (n % 2))::uuid,"
        " sha256(n::text::bytea), gen_random_uuid(), now() - interval '20 days',"
        " CASE WHEN n = 2468 THEN now() + interval '1 day' ELSE now() - interval '13 days' END"
        " FROM generate_series(1, 2468) n");
    world.admin.rows(
        "CREATE TABLE public.steps (rows bigint);"
        "CREATE FUNCTION note_step() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
        " $$ BEGIN INSERT INTO public.steps SELECT count(*) FROM gone; RETURN NULL; END $$;"
        "CREATE TRIGGER note_step AFTER DELETE ON auth.login_attempts REFERENCING OLD TABLE AS gone"
        " FOR EACH STATEMENT EXECUTE FUNCTION note_step();"
        "CREATE TRIGGER note_step AFTER DELETE ON auth.refresh_tokens REFERENCING OLD TABLE AS gone"
        " FOR EACH STATEMENT EXECUTE FUNCTION note_step();"
        "CREATE TRIGGER note_step AFTER DELETE ON auth.revoked_tokens REFERENCING OLD TABLE AS gone"
        " FOR EACH STATEMENT EXECUTE FUNCTION note_step();"
        "CREATE TRIGGER note_step AFTER DELETE ON auth.known_addresses REFERENCING OLD TABLE AS gone"
        " FOR EACH STATEMENT EXECUTE FUNCTION note_step()");
    world.clear_away();
    CHECK(world.admin.value("SELECT count(*) FROM auth.login_attempts") == "0");
    CHECK(world.admin.value("SELECT count(*) FROM auth.revoked_tokens") == "0");
    CHECK(world.admin.value("SELECT count(*) FROM auth.known_addresses") == "0");
    CHECK(world.admin.value("SELECT count(*) FROM auth.refresh_tokens") == "1234");
    CHECK(world.admin.value("SELECT max(rows) FROM public.steps") == "500");
}

TEST_CASE("housekeeping clears away what no decision needs, and nothing else") {
    World world;
    world.add_user("nimal");
    const v1::TokenResponse old_session = world.login("nimal", "correct horse").value();
    world.clock.advance(10 * 24h);
    const v1::TokenResponse session = world.login("nimal", "correct horse").value();
    world.clear_away();
    CHECK(world.admin.value("SELECT count(*) FROM auth.refresh_tokens") == "1");
    CHECK(world.admin.value("SELECT count(*) FROM auth.login_attempts") == "1");
    CHECK(world.admin.value("SELECT count(*) FROM auth.known_addresses") == "1");
    CHECK(world.refresh(session.refresh_token()).has_value());
}

TEST_CASE("sign-in: a one-time password works until it expires") {
    World world;
    auth::NewUser user;
    user.username = "nimal";
    user.full_name = "Nimal";
    user.roles = {"viewer"};
    const std::string password = world.add(user).value().password;
    CHECK(world.login("nimal", password).has_value());
    // Provisioning has a clock of its own, which is no longer behind then.
    world.clock.advance(std::chrono::hours{world.settings.one_time_password_expire_hours} + 1min);
    CHECK(code_of(world.login("nimal", password)) == "BAD_CREDENTIALS");
}
