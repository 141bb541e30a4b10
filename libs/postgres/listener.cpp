#include "postgres/listener.hpp"

#include <algorithm>

namespace loan_manager::postgres {

namespace asio = boost::asio;
using std::chrono::steady_clock;

namespace {

constexpr Statement keepalive{"", "SELECT 1"};

std::string listen_script(const std::vector<std::string>& channels) {
    std::string sql;
    for (const std::string& channel : channels) {
        sql += "LISTEN \"";
        for (const char character : channel) {
            if (character == '"') sql += '"';
            sql += character;
        }
        sql += "\";";
    }
    return sql;
}

runtime::PeriodicOptions rounds_of(const ListenerOptions& options) {
    runtime::PeriodicOptions rounds;
    rounds.name = options.task;
    rounds.interval = options.max_backoff;
    return rounds;
}

}  // namespace

struct Listener::Core {
    Core(asio::io_context& loop, ListenerOptions listener_options, ListenerCallbacks listener_callbacks)
        : context(loop), options(std::move(listener_options)), callbacks(std::move(listener_callbacks)) {}

    // Ends with the reason, once the connection is lost or could not be made.
    asio::awaitable<Error> listen() {
        const Result<std::unique_ptr<Connection>> opened = co_await Connection::open(context, options.connect, nullptr);
        if (!opened) co_return opened.error();
        Connection& connection = *opened.value();
        const std::string script = listen_script(options.channels);
        const Result<void> listening = co_await connection.script(script);
        if (!listening) co_return listening.error();

        connected = true;
        backoff = options.min_backoff;
        if (!stopped && callbacks.on_connected) callbacks.on_connected();
        while (!stopped) {
            const Result<std::vector<Notification>> received =
                co_await connection.notifications(steady_clock::now() + options.keepalive_interval);
            if (!received) co_return received.error();
            for (const Notification& notification : received.value()) {
                if (!stopped && callbacks.on_notification) callbacks.on_notification(notification);
            }
            if (received.value().empty()) {
                const Result<Rows> alive =
                    co_await connection.execute(keepalive, steady_clock::now() + options.keepalive_timeout);
                if (!alive) co_return alive.error();
            }
        }
        co_return Error(Error::Kind::cancelled, "stopped");
    }

    // A round lasts as long as a connection. `next_after` says when the next one is to be opened.
    asio::awaitable<void> round(runtime::Periodic& rounds) {
        connected = false;
        const Error error = co_await listen();
        if (stopped) co_return;  // `rounds` may be gone with the Listener
        // Not for every attempt while the server stays away.
        const bool first_failure = connected || !failing;
        failing = true;
        rounds.note_failure();
        rounds.next_after(backoff);
        backoff = std::min(backoff * 2, options.max_backoff);
        if (first_failure && callbacks.on_disconnected) callbacks.on_disconnected(error);
    }

    asio::io_context& context;
    ListenerOptions options;
    ListenerCallbacks callbacks;
    std::chrono::milliseconds backoff = options.min_backoff;
    bool connected = false;
    bool failing = false;
    bool stopped = false;
};

Listener::Listener(asio::io_context& context, ListenerOptions options, ListenerCallbacks callbacks)
    : core_(std::make_shared<Core>(context, std::move(options), std::move(callbacks))),
      rounds_(context.get_executor(), rounds_of(core_->options),
              [core = core_, this] { return core->round(rounds_); }) {}

Listener::~Listener() { stop(); }

void Listener::start() { rounds_.start(); }

void Listener::stop() {
    core_->stopped = true;
    rounds_.cancel();
}

}  // namespace loan_manager::postgres
