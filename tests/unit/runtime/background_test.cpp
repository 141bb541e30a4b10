#include "runtime/background.hpp"

#include <doctest/doctest.h>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <stdexcept>
#include <thread>

#include "child_process.hpp"
#include "runtime/loops.hpp"
#include "runtime/process_metrics.hpp"

using namespace loan_manager::runtime;
using namespace std::chrono_literals;
using loan_manager::testing::patience;
namespace asio = boost::asio;

namespace {

asio::awaitable<void> succeed() { co_return; }

asio::awaitable<void> fail() {
    throw std::runtime_error("on purpose");
    co_return;
}

asio::awaitable<void> fail_strangely() {
    throw 42;
    co_return;
}

asio::awaitable<void> wait_for_ever(asio::steady_timer& timer) {
    timer.expires_at(std::chrono::steady_clock::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> wait_for_ever_alone() {
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::steady_clock::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace

TEST_CASE("what ends a background task is counted under its name") {
    asio::io_context loop;
    background(loop.get_executor(), "test: fine", succeed());
    background(loop.get_executor(), "test: failing", fail());
    background(loop.get_executor(), "test: failing", fail_strangely());
    CHECK(background_task("test: failing").in_flight == 2);
    loop.run();
    CHECK(background_task("test: fine").runs == 1);
    CHECK(background_task("test: fine").failures == 0);
    CHECK(background_task("test: failing").runs == 2);
    CHECK(background_task("test: failing").failures == 2);
    CHECK(background_task("test: failing").in_flight == 0);
    CHECK(background_task("test: unheard of").runs == 0);
}

TEST_CASE("a background task that is cancelled has not failed, one that nobody could cancel has") {
    asio::io_context loop;
    asio::cancellation_signal stop;
    asio::steady_timer first(loop);
    asio::steady_timer second(loop);
    background(loop.get_executor(), "test: cancelled", wait_for_ever(first), stop.slot());
    background(loop.get_executor(), "test: aborted", wait_for_ever(second));
    loop.poll();
    CHECK(background_task("test: cancelled").in_flight == 1);
    stop.emit(asio::cancellation_type::terminal);
    second.cancel();
    loop.run();
    CHECK(background_task("test: cancelled").failures == 0);
    CHECK(background_task("test: aborted").failures == 1);
}

TEST_CASE("a background task whose loop goes away is no longer in flight") {
    auto loop = std::make_unique<asio::io_context>();
    background(loop->get_executor(), "test: destroyed", wait_for_ever_alone());
    loop->poll();
    CHECK(background_task("test: destroyed").in_flight == 1);
    loop.reset();
    CHECK(background_task("test: destroyed").in_flight == 0);
}

TEST_CASE("a group of background tasks is cancelled and waited for as one") {
    asio::io_context loop;
    BackgroundGroup group(loop.get_executor());
    asio::steady_timer first(loop);
    asio::steady_timer second(loop);
    group.start("test: group", wait_for_ever(first));
    group.start("test: group", wait_for_ever(second));
    group.start("test: group", fail());
    loop.poll();
    CHECK(group.in_flight() == 2);
    CHECK_FALSE(group.wait_idle(std::chrono::steady_clock::now()));
    group.cancel();
    std::thread other([&] { loop.run(); });
    CHECK(group.wait_idle(std::chrono::steady_clock::now() + patience));
    other.join();
    CHECK(group.in_flight() == 0);
    CHECK(background_task("test: group").failures == 1);
}

TEST_CASE("what a loop runs for somebody throws at whoever asked") {
    Loops loops(1);
    loops.start();
    CHECK(run_on(loops.at(0), [] { return Loops::current().value(); }) == 0);
    CHECK_THROWS_WITH(run_on(loops.at(0), [] { throw std::runtime_error("on purpose"); }), "on purpose");
    CHECK(run_on(loops.at(0), [] { return 7; }) == 7);
}

TEST_CASE("an exception that reaches a loop is counted") {
    Loops loops(1);
    loops.start();
    const auto before = background_task("event loop").failures;
    boost::asio::post(loops.at(0), [] { throw std::runtime_error("on purpose"); });
    run_on(loops.at(0), [] {});
    CHECK(background_task("event loop").failures == before + 1);
}

TEST_CASE("background tasks are among the metrics, each failure once") {
    asio::io_context loop;
    background(loop.get_executor(), "test: metrics", fail());
    loop.run();
    Metrics metrics;
    const Loops loops(1);
    add_process_metrics(metrics, loops, "test", "1");
    const std::string line = "background_failures_total{task=\"test: metrics\"} 1\n";
    CHECK(metrics.text().find(line) != std::string::npos);
    const std::string again = metrics.text();
    CHECK(again.find(line) != std::string::npos);
    CHECK(again.find("background_runs_total{task=\"test: metrics\"} 1\n") != std::string::npos);
    CHECK(again.find("background_in_flight{task=\"test: metrics\"} 0\n") != std::string::npos);
}
