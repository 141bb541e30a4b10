#include "runtime/loops.hpp"

#include <doctest/doctest.h>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <memory>
#include <set>
#include <stdexcept>

#include "child_process.hpp"
#include "runtime/in_flight.hpp"

using namespace loan_manager::runtime;
using namespace std::chrono_literals;
using loan_manager::testing::eventually;
using loan_manager::testing::patience;

namespace {

std::chrono::steady_clock::time_point soon() { return std::chrono::steady_clock::now() + patience; }

std::optional<std::size_t> index_on(boost::asio::io_context& context) {
    std::promise<std::optional<std::size_t>> index;
    boost::asio::post(context, [&] { index.set_value(Loops::current()); });
    return index.get_future().get();
}

}  // namespace

TEST_CASE("loops take turns and know themselves") {
    Loops loops(3);
    loops.start();
    std::set<boost::asio::io_context*> seen;
    for (int count = 0; count != 3; ++count) {
        seen.insert(&loops.next());
    }
    CHECK(seen.size() == 3);
    for (std::size_t index = 0; index != loops.size(); ++index) {
        CHECK(index_on(loops.at(index)) == index);
    }
    CHECK_FALSE(Loops::current());
    CHECK(loops.finish(soon()));
}

TEST_CASE("zero loops means one per processor") { CHECK(Loops(0).size() >= 1); }

TEST_CASE("finish lets work end, and says when it does not") {
    Loops loops(2);
    loops.start();
    boost::asio::steady_timer timer(loops.at(0), 1h);
    std::promise<void> cancelled;
    timer.async_wait([&](const boost::system::error_code&) { cancelled.set_value(); });
    CHECK_FALSE(loops.finish(std::chrono::steady_clock::now() + 20ms));
    boost::asio::post(loops.at(0), [&] { timer.cancel(); });
    CHECK(loops.finish(soon()));
    CHECK(cancelled.get_future().wait_for(0s) == std::future_status::ready);
}

TEST_CASE("an exception does not end a loop") {
    Loops loops(1);
    loops.start();
    boost::asio::post(loops.at(0), [] { throw std::runtime_error("on purpose"); });
    CHECK(index_on(loops.at(0)) == 0);
}

TEST_CASE("a stuck loop shows, and shows again that it recovered") {
    Loops loops(2);
    loops.start();
    std::promise<void> release;
    boost::asio::post(loops.at(1), [future = release.get_future().share()] { future.wait(); });
    loops.ping();
    CHECK(eventually([&] { return loops.slowest() > 10ms; }));
    release.set_value();
    CHECK(eventually([&] { return loops.slowest() == 0ns; }));
}

TEST_CASE("each loop has its own of what is made per loop") {
    Loops loops(2);
    PerLoop<std::size_t> items(loops, [](auto&, std::size_t index) { return std::make_unique<std::size_t>(index); });
    loops.start();
    std::promise<std::size_t> here;
    boost::asio::post(loops.at(1), [&] { here.set_value(items.here()); });
    CHECK(here.get_future().get() == 1);
    CHECK(items.at(0) == 0);
    loops.stop();
}

TEST_CASE("work under way is waited for") {
    InFlight in_flight;
    CHECK(in_flight.wait_idle(std::chrono::steady_clock::now()));
    auto guard = std::make_unique<InFlight::Guard>(in_flight.enter());
    CHECK(in_flight.count() == 1);
    CHECK_FALSE(in_flight.wait_idle(std::chrono::steady_clock::now() + 10ms));
    const auto done = std::async(std::launch::async, [&] { guard.reset(); });
    CHECK(in_flight.wait_idle(soon()));
    CHECK(in_flight.count() == 0);
}
