// How a session ends, against PostgreSQL, and what verifiers of tokens are told about it.
#include <doctest/doctest.h>

#include <future>
#include <set>

#include "world.hpp"

using namespace loan_manager;
using auth::testing::World;
using namespace std::chrono_literals;
namespace v1 = loanmanager::auth::v1;

namespace {

std::string code_of(const rpc::Result<v1::TokenResponse>& answer) { return answer ? "" : answer.error().code; }

std::set<std::string> revoked(const v1::Trust& trust) {
    return std::set<std::string>(trust.revoked_tokens().begin(), trust.revoked_tokens().end());
}

}  // namespace

TEST_CASE("D-221 refresh: a second use ends the family and its access tokens, once, and no other session") {
    World world;
    world.add_user("nimal");
    const v1::TokenResponse other = world.login("nimal", "correct horse").value();
    const v1::TokenResponse first = world.login("nimal", "correct horse").value();
    const v1::TokenResponse second = world.refresh(first.refresh_token()).value();
    const v1::Trust before = world.trust(0);
    CHECK(before.revoked_tokens().empty());
    CHECK(code_of(world.refresh(first.refresh_token())) == "TOKEN_REUSED");
    CHECK(code_of(world.refresh(second.refresh_token())) == "UNAUTHENTICATED");
    const std::set<std::string> ended{world.read(first.access_token()).id, world.read(second.access_token()).id};
    CHECK(revoked(world.trust(before.epoch())) == ended);
    CHECK(world.trust(0).epoch() == before.epoch() + 1);
    CHECK(code_of(world.refresh(first.refresh_token())) == "TOKEN_REUSED");
    CHECK(world.trust(0).epoch() == before.epoch() + 1);
    // No news for whoever has heard of it; everything for whoever has not, also with an epoch of another database.
    CHECK(world.trust(before.epoch() + 1).revoked_tokens().empty());
    CHECK(revoked(world.trust(0)) == ended);
    CHECK(revoked(world.trust(before.epoch() + 100)) == ended);
    // The user's other session goes on, with the tokens it has.
    CHECK(world.trust(0).revocations().empty());
    CHECK(world.read(world.refresh(other.refresh_token()).value().access_token()).version == 1);
}

TEST_CASE("D-221 end of a session: only access tokens that can be alive are listed, and only as long") {
    World world;
    world.add_user("nimal");
    const v1::TokenResponse first = world.login("nimal", "correct horse").value();
    world.clock.advance(32min);
    const v1::TokenResponse second = world.refresh(first.refresh_token()).value();
    const std::string ended = world.read(second.access_token()).id;
    world.logout(second.refresh_token());
    CHECK(revoked(world.trust(0)) == std::set<std::string>{ended});
    world.clock.advance(31min);
    world.clear_away();
    CHECK(revoked(world.trust(0)) == std::set<std::string>{ended});
    world.clock.advance(1min);
    CHECK(world.trust(0).revoked_tokens().empty());
    world.clock.advance(1s);
    world.clear_away();
    CHECK(world.admin.value("SELECT count(*) FROM auth.revoked_tokens") == "0");
    // A session whose access tokens have all expired ends without news for anybody.
    const v1::TokenResponse idle = world.login("nimal", "correct horse").value();
    const std::int64_t epoch = world.trust(0).epoch();
    world.clock.advance(33min);
    world.logout(idle.refresh_token());
    CHECK(code_of(world.refresh(idle.refresh_token())) == "UNAUTHENTICATED");
    CHECK(world.trust(0).epoch() == epoch);
}

TEST_CASE("D-221 end of a session while the clock is behind: its tokens stay ended when the clock is put right") {
    World world;
    world.add_user("nimal");
    const auto right = world.clock.now();
    const v1::TokenResponse session = world.login("nimal", "correct horse").value();
    const std::string ended = world.read(session.access_token()).id;
    world.clock.set(right - (5h + 30min));
    world.logout(session.refresh_token());
    world.clock.set(right + 10min);
    world.clear_away();
    CHECK(revoked(world.trust(0)) == std::set<std::string>{ended});
    world.clock.set(right + 33min);
    world.clear_away();
    CHECK(world.trust(0).revoked_tokens().empty());
}

TEST_CASE("D-221 end of a session: more access tokens than can be listed end with all of the user") {
    World world;
    const auto user = world.add_user("nimal");
    v1::TokenResponse session = world.login("nimal", "correct horse").value();
    for (int i = 1; i < 16; ++i) session = world.refresh(session.refresh_token()).value();
    world.logout(session.refresh_token());
    CHECK(world.trust(0).revoked_tokens_size() == 16);
    CHECK(world.trust(0).revocations().empty());

    session = world.login("nimal", "correct horse").value();
    for (int i = 1; i < 17; ++i) session = world.refresh(session.refresh_token()).value();
    const std::int64_t epoch = world.trust(0).epoch();
    world.logout(session.refresh_token());
    const v1::Trust news = world.trust(epoch);
    CHECK(news.epoch() == epoch + 1);
    CHECK(news.revoked_tokens().empty());
    REQUIRE(news.revocations_size() == 1);
    CHECK(news.revocations(0).user_id() == user.id);
    CHECK(news.revocations(0).min_ver() == 2);

    // The list of all sessions is full.
    session = world.login("nimal", "correct horse").value();
    world.admin.rows(
        "INSERT INTO auth.revoked_tokens SELECT gen_random_uuid(), 1, now() FROM generate_series(17, 50000)");
    world.logout(session.refresh_token());
    CHECK(world.trust(0).revocations(0).min_ver() == 3);
    CHECK(world.trust(0).revoked_tokens_size() == 50'000);
}

TEST_CASE("D-221 end of a session: its epoch waits for one that is about to be committed") {
    World world;
    world.add_user("nimal");
    world.add_user("kamal");
    const v1::TokenResponse session = world.login("nimal", "correct horse").value();
    const std::int64_t epoch = world.trust(0).epoch();
    testing::Session other(world.database.url());
    other.rows("BEGIN; UPDATE auth.users SET is_active = false WHERE username = 'kamal'");
    auto ending = std::async(std::launch::async, [&] { world.logout(session.refresh_token()); });
    CHECK(testing::eventually([&] {
        return world.admin.value(
                   "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                   " AND datname = current_database() AND query LIKE '%revoked_tokens%'") == "1";
    }));
    CHECK(world.trust(0).epoch() == epoch);
    other.rows("COMMIT");
    ending.get();
    CHECK(world.trust(epoch).revocations_size() == 1);
    const v1::Trust last = world.trust(epoch + 1);
    CHECK(last.epoch() == epoch + 2);
    CHECK(last.revocations().empty());
    CHECK(revoked(last) == std::set<std::string>{world.read(session.access_token()).id});
}

TEST_CASE("sign-out: ends the session with its access tokens, and is the same when repeated") {
    World world;
    world.add_user("nimal");
    const v1::TokenResponse other = world.login("nimal", "correct horse").value();
    const std::int64_t epoch = world.trust(0).epoch();
    const v1::TokenResponse session = world.login("nimal", "correct horse").value();
    world.logout(session.refresh_token());
    world.logout(session.refresh_token());
    world.logout("unknown");
    CHECK(code_of(world.refresh(session.refresh_token())) == "UNAUTHENTICATED");
    const v1::Trust news = world.trust(epoch);
    CHECK(news.epoch() == epoch + 1);
    CHECK(revoked(news) == std::set<std::string>{world.read(session.access_token()).id});
    CHECK(news.revocations().empty());
    CHECK(world.refresh(other.refresh_token()).has_value());
}
