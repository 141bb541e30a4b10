// Waiting for news: what ends it, and that nobody waits whom nobody would wake.
#include "auth/trust/watch.hpp"

#include <doctest/doctest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <future>

using namespace loan_manager;
using auth::trust::EpochWatch;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

// Longer than any test is allowed to last: whatever ends in it was ended by the watch.
constexpr auto for_ever = 1h;

struct Waiter {
    explicit Waiter(EpochWatch& epochs) : watch(epochs) { watch.set_listening(true); }

    std::future<bool> wait(EpochWatch::Ticket seen, std::chrono::milliseconds hold = for_ever) {
        return asio::co_spawn(context, watch.wait(seen, hold), asio::use_future);
    }
    // Runs what can run now.
    void settle() {
        context.restart();
        context.poll();
    }
    static bool is_done(const std::future<bool>& answer) { return answer.wait_for(0s) == std::future_status::ready; }

    EpochWatch& watch;
    asio::io_context context;
};

}  // namespace

TEST_CASE("watch: an announcement ends all waiting, and one before the wait is not missed") {
    EpochWatch watch;
    Waiter waiter(watch);
    const auto seen = watch.ticket();
    auto first = waiter.wait(seen), second = waiter.wait(seen);
    waiter.settle();
    CHECK(watch.waiting() == 2);
    watch.announce();
    waiter.settle();
    REQUIRE(Waiter::is_done(first));
    CHECK(first.get());
    CHECK(second.get());
    CHECK(watch.waiting() == 0);
    auto late = waiter.wait(seen);
    waiter.settle();
    CHECK(late.get());
}

TEST_CASE("watch: without news the wait ends with its time") {
    EpochWatch watch;
    Waiter waiter(watch);
    auto answer = waiter.wait(watch.ticket(), 1ms);
    waiter.context.run();
    CHECK_FALSE(answer.get());
    CHECK(watch.waiting() == 0);
}

TEST_CASE("watch: who stops answers everybody, and nobody waits any more") {
    EpochWatch watch;
    Waiter waiter(watch);
    auto answer = waiter.wait(watch.ticket());
    waiter.settle();
    watch.stop();
    waiter.settle();
    REQUIRE(Waiter::is_done(answer));
    CHECK_FALSE(answer.get());
    auto later = waiter.wait(watch.ticket());
    waiter.settle();
    CHECK_FALSE(later.get());
}

TEST_CASE("watch: while nobody listens nobody waits for long, and whoever waits looks when that changes") {
    EpochWatch watch;
    Waiter waiter(watch);
    auto before = waiter.wait(watch.ticket());
    waiter.settle();
    watch.set_listening(false);
    waiter.settle();
    REQUIRE(Waiter::is_done(before));
    CHECK(before.get());
    auto unheard = waiter.wait(watch.ticket());
    waiter.context.restart();
    waiter.context.run();  // ends by itself, within `unheard`
    CHECK_FALSE(unheard.get());
    auto until_connected = waiter.wait(watch.ticket());
    waiter.settle();
    watch.set_listening(true);
    waiter.settle();
    REQUIRE(Waiter::is_done(until_connected));
    CHECK(until_connected.get());
}

TEST_CASE("watch: waiting is bounded, and a cancelled call leaves nothing behind") {
    EpochWatch watch;
    Waiter waiter(watch);
    std::vector<std::future<bool>> all;
    for (std::size_t i = 0; i < EpochWatch::max_waiting; ++i) all.push_back(waiter.wait(watch.ticket()));
    waiter.settle();
    auto one_more = waiter.wait(watch.ticket());
    waiter.settle();
    REQUIRE(Waiter::is_done(one_more));
    CHECK_FALSE(one_more.get());
    watch.announce();
    waiter.settle();
    CHECK(watch.waiting() == 0);

    asio::cancellation_signal cancel;
    bool ended = false;
    asio::co_spawn(waiter.context, watch.wait(watch.ticket(), for_ever),
                   asio::bind_cancellation_slot(cancel.slot(), [&](const std::exception_ptr&, bool) { ended = true; }));
    waiter.settle();
    CHECK(watch.waiting() == 1);
    cancel.emit(asio::cancellation_type::terminal);
    waiter.settle();
    CHECK(ended);
    CHECK(watch.waiting() == 0);
}
