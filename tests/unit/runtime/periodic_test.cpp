#include "runtime/periodic.hpp"

#include <doctest/doctest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "child_process.hpp"
#include "runtime/background.hpp"

using namespace loan_manager::runtime;
using namespace std::chrono_literals;
using loan_manager::testing::patience;
namespace asio = boost::asio;

namespace {

/// A Periodic whose pauses are written down and end when the test says so: nothing here waits for time to pass.
class World {
public:
    explicit World(const std::string& name) {
        options.name = name;
        options.interval = 1000ms;
        options.jitter = 0;
        options.clock = &clock;
        options.set_timer = [this](asio::steady_timer& timer, std::chrono::nanoseconds pause) {
            pauses.push_back(pause);
            timer.expires_at(asio::steady_timer::time_point::max());
            timer_ = &timer;
        };
        options.on_round = [this](const Round& round) { rounds.push_back(round); };
    }

    void start() {
        periodic.emplace(loop.get_executor(), options, [this] { return round(); });
        periodic->start();
        turn();
    }

    /// Lets the loop do what it can at once.
    void turn() {
        loop.restart();
        loop.poll();
    }

    /// Lets the pause pass, as the timer would end it.
    void pass() {
        clock.advance(pauses.back());
        timer_->cancel();
        turn();
    }

    asio::awaitable<void> round() {
        ++begun;
        if (hold) {
            held.expires_at(asio::steady_timer::time_point::max());
            co_await held.async_wait(asio::as_tuple(asio::use_awaitable));
        }
        if (says_so > 0) {
            --says_so;
            periodic->note_failure();
            periodic->note_failure();
        }
        if (next) {
            periodic->next_after(*next);
        }
        if (failures > 0) {
            --failures;
            throw std::runtime_error("on purpose");
        }
    }

    asio::io_context loop;
    ManualClock clock{Clock::WallTime{}};
    PeriodicOptions options;
    std::optional<Periodic> periodic;
    std::vector<std::chrono::nanoseconds> pauses;
    std::vector<Round> rounds;
    int begun = 0;
    int failures = 0;
    int says_so = 0;
    bool hold = false;
    std::optional<std::chrono::nanoseconds> next;
    asio::steady_timer held{loop};

private:
    asio::steady_timer* timer_ = nullptr;
};

}  // namespace

TEST_CASE("rounds come one after the other, the first at once") {
    World world("periodic test: turns");
    world.start();
    CHECK(world.begun == 1);
    CHECK(world.pauses == std::vector<std::chrono::nanoseconds>{1s});
    world.pass();
    CHECK(world.begun == 2);
    world.pass();
    CHECK(world.begun == 3);
    REQUIRE(world.rounds.size() == 3);
    CHECK(world.rounds.back().number == 3);
    CHECK(background_task("periodic test: turns").runs == 3);
}

TEST_CASE("a timer that fires early begins no round") {
    World world("periodic test: early");
    world.start();
    world.clock.advance(400ms);
    CHECK(world.begun == 1);
    world.periodic->stop();
    world.turn();
    CHECK(world.begun == 1);
}

TEST_CASE("a round that throws is counted, and the next round happens") {
    World world("periodic test: throws");
    world.failures = 2;
    world.start();
    CHECK(background_task("periodic test: throws").failures == 1);
    CHECK(world.rounds.back().failed);
    CHECK(world.pauses.back() == 1s);
    world.pass();
    CHECK(background_task("periodic test: throws").failures == 2);
    world.pass();
    CHECK(world.begun == 3);
    CHECK_FALSE(world.rounds.back().failed);
    CHECK(background_task("periodic test: throws").failures == 2);
}

TEST_CASE("a round that says it failed is counted once and chooses its pause; not when the loop is to end") {
    World world("periodic test: says so");
    world.says_so = 2;
    world.next = 3ms;
    world.start();
    CHECK(world.rounds.back().failed);
    CHECK(world.pauses.back() == 3ms);
    CHECK(background_task("periodic test: says so").failures == 1);
    world.hold = true;
    world.pass();
    world.periodic->stop();
    world.held.cancel();
    world.turn();
    REQUIRE(world.rounds.size() == 2);
    CHECK_FALSE(world.rounds.back().failed);
    CHECK(background_task("periodic test: says so").failures == 1);
}

TEST_CASE("a failing round does not choose the pause after it") {
    World world("periodic test: no hot loop");
    world.failures = 1;
    world.next = 0ns;
    world.start();
    CHECK(world.begun == 1);
    CHECK(world.pauses.back() == 1s);
}

TEST_CASE("pauses are shortened at random, never lengthened") {
    World world("periodic test: jitter");
    std::deque<double> dice{0.0, 0.5, 0.999};
    world.options.jitter = 0.2;
    world.options.random = [&] {
        const double cast = dice.front();
        dice.pop_front();
        return cast;
    };
    world.start();
    world.pass();
    world.pass();
    REQUIRE(world.pauses.size() == 3);
    CHECK(world.pauses[0] == 1000ms);
    CHECK(world.pauses[1] == 900ms);
    CHECK(world.pauses[2] == std::chrono::nanoseconds(800'200'000));
}

TEST_CASE("the first round may be put off, and a round may choose the pause after it") {
    World world("periodic test: chosen pauses");
    world.options.first_after = 7s;
    world.next = 3s;
    world.start();
    CHECK(world.begun == 0);
    CHECK(world.pauses.back() == 7s);
    world.pass();
    CHECK(world.begun == 1);
    CHECK(world.pauses.back() == 3s);
    world.next.reset();
    world.pass();
    CHECK(world.pauses.back() == 1s);
}

TEST_CASE("a round can be had at once, or as soon as the shortest interval allows") {
    World world("periodic test: soon");
    world.start();
    world.periodic->run_soon();
    world.turn();
    CHECK(world.begun == 2);

    World slow("periodic test: not too soon");
    slow.options.shortest_interval = 250ms;
    slow.start();
    slow.clock.advance(100ms);
    slow.periodic->run_soon();
    slow.periodic->run_soon();
    slow.turn();
    CHECK(slow.begun == 1);
    CHECK(slow.pauses.back() == 150ms);
    slow.pass();
    CHECK(slow.begun == 2);
    CHECK(slow.pauses.back() == 1s);
}

TEST_CASE("a wish during a round brings another round after it") {
    World world("periodic test: wish");
    world.hold = true;
    world.start();
    world.periodic->run_soon();
    world.turn();
    CHECK(world.begun == 1);
    world.hold = false;
    world.held.cancel_one();
    world.turn();
    CHECK(world.begun == 2);
}

TEST_CASE("stopping lets the round under way end and is waited for") {
    World world("periodic test: stop");
    world.hold = true;
    world.start();
    world.periodic->stop();
    world.turn();
    CHECK_FALSE(world.periodic->wait_idle(std::chrono::steady_clock::now()));
    CHECK(world.periodic->stopping());
    std::thread other([&] {
        world.loop.restart();
        asio::post(world.loop, [&] { world.held.expires_at(asio::steady_timer::time_point::min()); });
        world.loop.run();
    });
    CHECK(world.periodic->wait_idle(std::chrono::steady_clock::now() + patience));
    other.join();
    CHECK(world.begun == 1);
    CHECK(background_task("periodic test: stop (loop)").in_flight == 0);
}

TEST_CASE("cancelling ends the round under way, and that is no failure") {
    World world("periodic test: cancel");
    world.hold = true;
    world.start();
    world.periodic->cancel();
    world.turn();
    CHECK(world.periodic->wait_idle(std::chrono::steady_clock::now()));
    CHECK(background_task("periodic test: cancel").failures == 0);
    CHECK(world.begun == 1);
}

TEST_CASE("a loop that was never started, or whose owner is gone, does nothing") {
    World world("periodic test: unborn");
    world.periodic.emplace(world.loop.get_executor(), world.options, [&] { return world.round(); });
    world.periodic->stop();
    world.periodic->start();
    world.turn();
    CHECK(world.begun == 0);

    World left("periodic test: left");
    left.start();
    left.periodic.reset();
    left.turn();
    CHECK(left.begun == 1);
    CHECK(background_task("periodic test: left (loop)").in_flight == 0);
}

TEST_CASE("with the machine's own clock and timer rounds come by themselves") {
    asio::io_context loop;
    int rounds = 0;
    PeriodicOptions options;
    options.name = "periodic test: real";
    options.interval = 1ms;
    std::optional<Periodic> periodic;
    options.on_round = [&](const Round&) {
        if (++rounds == 3) {
            periodic->stop();
        }
    };
    struct Nothing {
        static asio::awaitable<void> round() { co_return; }
    };
    periodic.emplace(loop.get_executor(), options, [] { return Nothing::round(); });
    periodic->start();
    loop.run_for(patience);
    CHECK(rounds == 3);
}
