#include "postgres/listener.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

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

}  // namespace

struct Listener::Core : std::enable_shared_from_this<Core> {
    Core(asio::io_context& loop, ListenerOptions listener_options, ListenerCallbacks listener_callbacks)
        : context(loop), options(std::move(listener_options)), callbacks(std::move(listener_callbacks)), pause(loop) {}

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

    static asio::awaitable<void> run(std::shared_ptr<Core> self) {
        self->backoff = self->options.min_backoff;
        for (bool first_failure = true; !self->stopped;) {
            self->connected = false;
            const Error error = co_await self->listen();
            if (self->connected) first_failure = true;
            // Not for every attempt while the server stays away.
            if (first_failure && !self->stopped && self->callbacks.on_disconnected) {
                self->callbacks.on_disconnected(error);
            }
            first_failure = false;
            if (self->stopped) co_return;
            self->pause.expires_after(self->backoff);
            self->backoff = std::min(self->backoff * 2, self->options.max_backoff);
            co_await self->pause.async_wait(asio::use_awaitable);
        }
    }

    asio::io_context& context;
    ListenerOptions options;
    ListenerCallbacks callbacks;
    asio::steady_timer pause;
    std::chrono::milliseconds backoff{};
    asio::cancellation_signal stop_signal;
    bool connected = false;
    bool stopped = false;
};

Listener::Listener(asio::io_context& context, ListenerOptions options, ListenerCallbacks callbacks)
    : core_(std::make_shared<Core>(context, std::move(options), std::move(callbacks))) {}

Listener::~Listener() { stop(); }

void Listener::start() {
    asio::co_spawn(core_->context, Core::run(core_),
                   asio::bind_cancellation_slot(core_->stop_signal.slot(), asio::detached));
}

void Listener::stop() {
    if (core_->stopped) return;
    core_->stopped = true;
    core_->stop_signal.emit(asio::cancellation_type::terminal);
}

}  // namespace loan_manager::postgres
