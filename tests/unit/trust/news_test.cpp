// How auth is asked for news: held answers, and what follows an answer.
#include <doctest/doctest.h>

#include <functional>
#include <vector>

#include "fixture.hpp"

using namespace loan_manager;
using namespace loan_manager::trust;
using namespace loan_manager::trust::testing;

namespace {

// An authenticator that is started, with a source that the test plays. The pause between questions is an hour: whatever
// question follows another one within the test was asked at once.
struct News {
    using Play = std::function<rpc::Result<v1::Trust>(std::int64_t since, std::chrono::milliseconds hold)>;

    explicit News(Play source, std::chrono::seconds max_stale = 3600s)
        : play(std::move(source)),
          authenticator(options(max_stale), local_source([this](std::int64_t since, std::chrono::milliseconds hold) {
                            return answer(since, hold);
                        })) {
        authenticator.start(context.get_executor());
    }

    AuthenticatorOptions options(std::chrono::seconds max_stale) {
        AuthenticatorOptions options;
        options.clock = &clock;
        options.poll_interval = 1h;
        options.max_stale = max_stale;
        return options;
    }

    asio::awaitable<rpc::Result<v1::Trust>> answer(std::int64_t since, std::chrono::milliseconds hold) {
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        asked.emplace_back(since);
        holds.emplace_back(hold);
        co_return play(since, hold);
    }

    v1::Trust trust(std::int64_t epoch) const {
        v1::Trust trust;
        trust.set_epoch(epoch);
        trust.set_jwks(token::write_jwks(auth.published));
        return trust;
    }

    void run_until_asked(std::size_t times) {
        while (asked.size() < times && context.run_one_for(20s) != 0) {
        }
        REQUIRE(asked.size() >= times);
    }
    void stop() {
        authenticator.stop();
        context.restart();
        context.run();
    }

    Play play;
    std::vector<std::int64_t> asked;
    std::vector<std::chrono::milliseconds> holds;
    asio::io_context context;
    runtime::ManualClock clock{std::chrono::sys_days(std::chrono::year(2026) / 5 / 4)};
    FakeAuth auth;
    Authenticator authenticator;
};

}  // namespace

TEST_CASE("D-221 after news the next question follows at once, from the epoch that was heard") {
    std::int64_t epoch = 6;
    News* self = nullptr;
    News news([&](std::int64_t, std::chrono::milliseconds) { return self->trust(++epoch); });
    self = &news;
    news.run_until_asked(4);
    CHECK(std::vector<std::int64_t>(news.asked.begin(), news.asked.begin() + 4) ==
          std::vector<std::int64_t>{0, 7, 8, 9});
    CHECK(news.holds.at(1) == 10s);
    news.stop();
}

TEST_CASE("an answer that was held back for its time is followed by the next question at once; a prompt one is not") {
    News* self = nullptr;
    bool holds_back = true;
    News news([&](std::int64_t since, std::chrono::milliseconds hold) {
        if (since != 0 && holds_back) self->clock.advance(hold);
        return self->trust(7);
    });
    self = &news;
    news.run_until_asked(5);
    holds_back = false;
    news.run_until_asked(6);
    // Nothing new and not held back: now the pause of an hour.
    news.context.restart();
    news.context.run_for(200ms);
    CHECK(news.asked.size() == 6);
    news.stop();
}

TEST_CASE("the hold never makes keys look older than they may be") {
    News* self = nullptr;
    News news([&](std::int64_t, std::chrono::milliseconds) { return self->trust(7); }, 2s);
    self = &news;
    news.run_until_asked(2);
    CHECK(news.holds.at(1) == 1s);
    news.stop();
}

TEST_CASE("after a failure the question is asked once more soon, since another instance may answer") {
    News* self = nullptr;
    bool away = true;
    News news([&](std::int64_t, std::chrono::milliseconds) -> rpc::Result<v1::Trust> {
        if (away) return rpc::unavailable();
        return self->trust(7);
    });
    self = &news;
    news.run_until_asked(2);
    // Then at the usual pace.
    news.context.restart();
    news.context.run_for(200ms);
    CHECK(news.asked.size() == 2);
    CHECK_FALSE(news.authenticator.ready());
    news.stop();
}
