#include "postgres/listener.hpp"

#include "runtime/background.hpp"
#include "support.hpp"

using namespace loan_manager::postgres;
using namespace loan_manager::postgres::testing;

namespace {

struct Heard {
    std::vector<std::string> payloads;
    int connects = 0;
    int disconnects = 0;

    ListenerCallbacks callbacks() {
        ListenerCallbacks result;
        result.on_notification = [this](const Notification& notification) {
            payloads.push_back(notification.channel + ':' + notification.payload);
        };
        result.on_connected = [this] { ++connects; };
        result.on_disconnected = [this](const Error&) { ++disconnects; };
        return result;
    }
};

ListenerOptions listener_options(const std::string& channel) {
    ListenerOptions options;
    options.connect = connect_options();
    options.connect.application_name = "listener_" + channel;
    options.channels.push_back(channel);
    options.channels.push_back("Second \"quoted\" channel");
    options.min_backoff = 5ms;
    return options;
}

asio::awaitable<void> notify(Connection& connection, const std::string& channel, const std::string& payload) {
    const Params params(channel, payload);
    const auto sent = co_await connection.query("SELECT pg_notify($1, $2)", params);
    sent.value();
}

asio::awaitable<int> terminate_application(Connection& administrator, const std::string& name) {
    const Params params(name);
    const auto ended = co_await administrator.query(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = $1", params);
    co_return ended.value().size();
}

}  // namespace

TEST_CASE("a listener hears every channel, and again after its connection was lost") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        Heard heard;
        Listener listener(context, listener_options("bikes"), heard.callbacks());
        listener.start();
        const bool connected = co_await eventually([&] { return heard.connects == 1; });
        REQUIRE(connected);
        co_await notify(*connection, "bikes", "created");
        co_await notify(*connection, "Second \"quoted\" channel", "x");
        co_await notify(*connection, "somewhere_else", "not for us");
        const bool both = co_await eventually([&] { return heard.payloads.size() == 2; });
        CHECK(both);
        CHECK(heard.payloads.front() == "bikes:created");
        CHECK(heard.payloads.back() == "Second \"quoted\" channel:x");

        const int ended = co_await terminate_application(*connection, "listener_bikes");
        CHECK(ended == 1);
        const bool again = co_await eventually([&] { return heard.connects == 2; });
        REQUIRE(again);
        CHECK(heard.disconnects == 1);
        co_await notify(*connection, "bikes", "after");
        const bool heard_after = co_await eventually([&] { return heard.payloads.size() == 3; });
        CHECK(heard_after);
        CHECK(heard.payloads.back() == "bikes:after");

        listener.stop();
        co_await notify(*connection, "bikes", "too late");
        const auto gone = co_await connection->query("SELECT 1");
        CHECK(gone.has_value());
        CHECK(heard.payloads.size() == 3);
    });
}

TEST_CASE("silence is tested by a query and survived") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        Heard heard;
        ListenerOptions options = listener_options("quiet");
        options.keepalive_interval = 5ms;
        Listener listener(context, options, heard.callbacks());
        listener.start();
        const std::string asked =
            "SELECT 1 FROM pg_stat_activity WHERE application_name = 'listener_quiet' AND query = 'SELECT 1'";
        for (bool tested = false; !tested;) {
            const auto rows = co_await connection->query(asked);
            tested = !rows.value().empty();
        }
        co_await notify(*connection, "quiet", "still there");
        const bool arrived = co_await eventually([&] { return heard.payloads.size() == 1; });
        CHECK(arrived);
        CHECK(heard.connects == 1);
        listener.stop();
    });
}

TEST_CASE("a listener may be stopped by its own callback, and destroyed at any time") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        int connects = 0;
        std::optional<Listener> listener;
        ListenerCallbacks callbacks;
        callbacks.on_connected = [&] {
            ++connects;
            listener.reset();
        };
        listener.emplace(context, listener_options("self"), callbacks);
        listener->start();
        const bool stopped = co_await eventually([&] { return !listener.has_value(); });
        CHECK(stopped);
        CHECK(connects == 1);

        Heard heard;
        Listener never_connected(context, listener_options("early"), heard.callbacks());
        never_connected.start();
        never_connected.stop();
    });
}

TEST_CASE("a callback that throws is counted, and the listener goes on with a new connection") {
    run([](asio::io_context& context) -> asio::awaitable<void> {
        const auto connection = co_await connect(context);
        Heard heard;
        ListenerCallbacks callbacks = heard.callbacks();
        callbacks.on_notification = [&, hear = callbacks.on_notification](const Notification& notification) {
            if (notification.payload == "poison") throw std::runtime_error("on purpose");
            hear(notification);
        };
        ListenerOptions options = listener_options("poisoned");
        options.task = "listener test: poisoned";
        options.max_backoff = 20ms;
        Listener listener(context, options, callbacks);
        listener.start();
        const bool connected = co_await eventually([&] { return heard.connects == 1; });
        REQUIRE(connected);
        co_await notify(*connection, "poisoned", "poison");
        const bool again = co_await eventually([&] { return heard.connects == 2; });
        REQUIRE(again);
        CHECK(loan_manager::runtime::background_task(options.task).failures == 1);
        co_await notify(*connection, "poisoned", "wholesome");
        const bool arrived = co_await eventually([&] { return heard.payloads.size() == 1; });
        CHECK(arrived);
        listener.stop();
    });
}
