// Thousands of racing calls that answer, throw, hang, are late or are given up, with a server that stops among them.
#include <doctest/doctest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <map>
#include <random>

#include "fixture.hpp"
#include "testing/error_codes.hpp"

using namespace loan_manager;
using namespace loan_manager::rpc;
using namespace loan_manager::rpc::testing;

namespace {

constexpr int call_count = 6000;

asio::awaitable<Result<fleet::Bike>> behave(std::string how) {
    if (how == "throw") {
        throw std::runtime_error("as expected by the test");
    }
    if (how == "hang") {
        co_await wait_for_cancellation();
    }
    if (how == "short") {
        co_await wait(2ms);
    }
    if (how == "fail") {
        co_return Error("INVALID_STATE");
    }
    co_return fleet::Bike();
}

/// One client: starts a call, perhaps cancels it, and notes how it ended.
class Client : public std::enable_shared_from_this<Client> {
public:
    Client(Upstream& upstream, asio::any_io_executor executor, std::string how, std::chrono::milliseconds timeout,
           std::optional<std::chrono::milliseconds> give_up_after, std::function<void(std::string)> done)
        : upstream_(upstream),
          executor_(executor),
          give_up_(executor),
          give_up_after_(give_up_after),
          done_(std::move(done)),
          context_(caller()) {
        context_.user_agent = std::move(how);  // the server's handler behaves as it says
        options_.timeout = timeout;
    }

    void start() {
        asio::post(executor_, [self = shared_from_this()] { self->run(); });
    }

private:
    void run() {
        asio::co_spawn(
            executor_, rpc::call<fleet::Bike>(upstream_, get_bike, context_, request_, options_),
            asio::bind_cancellation_slot(
                cancel_.slot(), [self = shared_from_this()](std::exception_ptr thrown, Result<fleet::Bike> bike) {
                    self->ended_ = true;
                    self->give_up_.cancel();
                    self->done_(thrown ? "exception" : bike ? "ok" : std::string(bike.error().code.name()));
                }));
        if (give_up_after_) {
            give_up_.expires_after(*give_up_after_);
            give_up_.async_wait([self = shared_from_this()](boost::system::error_code error) {
                if (!error && !self->ended_) {
                    self->cancel_.emit(asio::cancellation_type::terminal);
                }
            });
        }
    }

    Upstream& upstream_;
    asio::any_io_executor executor_;
    asio::steady_timer give_up_;
    std::optional<std::chrono::milliseconds> give_up_after_;
    std::function<void(std::string)> done_;
    CallContext context_;
    fleet::GetBikeRequest request_ = some_bike();
    CallOptions options_;
    asio::cancellation_signal cancel_;
    bool ended_ = false;
};

}  // namespace

TEST_CASE("thousands of racing calls all end, also when the server stops among them") {
    Threads threads;
    Handlers handlers;
    handlers.get = [](CallContext& context, const fleet::GetBikeRequest&) { return behave(context.user_agent); };
    std::atomic<int> observed = 0;
    ServerHooks hooks;
    hooks.observe = [&](const CallRecord&) { ++observed; };
    runtime::Metrics metrics;
    hooks.metrics = &metrics;
    auto server = std::make_unique<TestServer>(threads, std::move(handlers), ServerOptions{}, hooks);
    UpstreamOptions options = to(server->address());
    options.max_in_flight = call_count;
    options.margin = 0ms;
    Upstream upstream(options, threads.next());
    upstream.start();

    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::string, int> outcomes;
    int ended = 0;
    const auto done = [&](const std::string& outcome) {
        const std::lock_guard lock(mutex);
        ++outcomes[outcome];
        ++ended;
        changed.notify_all();
    };

    std::mt19937 random(20250101);
    const std::vector<std::string> ways = {"answer", "answer", "short", "throw", "hang", "fail"};
    for (int i = 0; i < call_count; ++i) {
        const std::string& how = ways[random() % ways.size()];
        const auto timeout = std::chrono::milliseconds(1 + random() % 300);
        std::optional<std::chrono::milliseconds> give_up_after;
        if (random() % 3 == 0) {
            give_up_after = std::chrono::milliseconds(random() % 60);
        }
        std::make_shared<Client>(upstream, threads.next(), how, timeout, give_up_after, done)->start();
        if (i % 50 == 49) {
            // No more than some hundreds at once, and some of every kind are under way when the server stops.
            std::unique_lock lock(mutex);
            changed.wait(lock, [&] { return i - ended < 400; });
        }
        if (i == call_count * 2 / 3) {
            (*server)->shutdown(20ms);
        }
    }
    {
        std::unique_lock lock(mutex);
        CHECK(changed.wait_for(lock, 60s, [&] { return ended == call_count; }));
    }
    MESSAGE("calls that reached a handler: " << observed.load());
    for (const auto& [outcome, count] : outcomes) {
        MESSAGE(outcome << ": " << count);
    }
    CHECK(outcomes["exception"] == 0);
    CHECK(outcomes["ok"] > 0);
    CHECK(outcomes["UNAVAILABLE"] > 0);
    CHECK(outcomes["DEADLINE_EXCEEDED"] > 0);
    CHECK(outcomes["CLIENT_CLOSED"] > 0);
    CHECK((*server)->in_flight() == 0);
    upstream.shutdown(1s);
    server.reset();
    CHECK(threads.finish());
}
