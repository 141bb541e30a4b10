#include "gateway/http/listener.hpp"

#include "gateway/http/connection.hpp"
#include "gateway/http/tcp_transport.hpp"
#include "runtime/log.hpp"
#include "runtime/loops.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <latch>
#include <utility>

namespace loan_manager::gateway::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

constexpr auto shortest_back_off = 50ms;
constexpr std::chrono::milliseconds longest_back_off = 1s;

runtime::PeriodicOptions accepting() {
    runtime::PeriodicOptions options;
    options.name = "accepting connections";
    options.interval = longest_back_off;
    return options;
}

}  // namespace

Listener::Listener(tcp::acceptor acceptor, Application& application,
                   std::vector<std::shared_ptr<ConnectionTable>> tables, ListenerOptions options)
    : acceptor_(std::move(acceptor)),
      endpoint_(acceptor_.local_endpoint()),
      application_(application),
      tables_(std::move(tables)),
      options_(std::move(options)),
      seats_(Seats::make(options_.seats)),
      back_off_(shortest_back_off),
      accepting_(acceptor_.get_executor(), accepting(), [this] { return accept_all(); }) {}

void Listener::start() {
    for (const auto& table : tables_) {
        asio::post(table->loop(), [table] { table->start(); });
    }
    accepting_.start();
}

// A round lasts until something goes wrong.
asio::awaitable<void> Listener::accept_all() {
    for (; !stopping_; turn_ = (turn_ + 1) % tables_.size()) {
        const auto& table = tables_[turn_];
        tcp::socket socket(table->loop());
        tcp::endpoint peer;
        const auto [error] = co_await acceptor_.async_accept(socket, peer, asio::as_tuple(asio::use_awaitable));
        if (stopping_) {
            co_return;
        }
        if (error) {
            // Typically no descriptors are left. Connections will end; the listener must still be there then.
            runtime::log::warning("cannot accept a connection", {{"error", error.message()}});
            accepting_.note_failure();
            accepting_.next_after(back_off_);
            back_off_ = std::min(back_off_ * 2, longest_back_off);
            co_return;
        }
        back_off_ = shortest_back_off;
        admit(std::move(socket), peer.address(), table);
    }
}

void Listener::admit(tcp::socket socket, const asio::ip::address& peer, const std::shared_ptr<ConnectionTable>& table) {
    Accepted accepted{std::move(socket), peer, {}};
    switch (const auto verdict = seats_->take(peer, false, accepted.seat)) {
        case Seats::Verdict::seated:
            return hand_over(std::move(accepted), table);
        case Seats::Verdict::full:
            return make_room(std::move(accepted), table);
        case Seats::Verdict::too_many_of_address:
            return refuse(std::move(accepted.socket), verdict);
    }
}

void Listener::hand_over(Accepted accepted, const std::shared_ptr<ConnectionTable>& table) {
    asio::post(table->loop(),
               [this, table, accepted = std::move(accepted)]() mutable { serve(std::move(accepted), table); });
}

void Listener::make_room(Accepted accepted, const std::shared_ptr<ConnectionTable>& table) {
    asio::post(table->loop(), [this, table, accepted = std::move(accepted)]() mutable {
        auto verdict = Seats::Verdict::full;
        if (table->evict_idle(options_.idle_before_eviction)) {
            verdict = seats_->take(accepted.peer, true, accepted.seat);
        }
        if (verdict == Seats::Verdict::seated) {
            serve(std::move(accepted), table);
        } else {
            refuse(std::move(accepted.socket), verdict);
        }
    });
}

void Listener::serve(Accepted accepted, const std::shared_ptr<ConnectionTable>& table) {
    auto transport = std::make_unique<TcpTransport>(std::move(accepted.socket), accepted.peer);
    std::make_shared<Connection>(std::move(transport), application_, options_.limits, table, std::move(accepted.seat))
        ->start();
}

void Listener::refuse(tcp::socket socket, Seats::Verdict verdict) const {
    boost::system::error_code ignored;
    const std::string response = options_.busy_response(verdict);
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(response), ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
}

void Listener::stop() {
    stopping_ = true;
    accepting_.stop();
    runtime::run_on(acceptor_.get_executor(), [this] {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
    });
}

// Returns when every loop has done it: what was accepted before is then known to its table.
template <class Do>
void Listener::on_every_loop(Do what) {
    std::latch done(static_cast<std::ptrdiff_t>(tables_.size()));
    for (const auto& table : tables_) {
        asio::post(table->loop(), [table = table.get(), &what, &done] {
            what(*table);
            done.count_down();
        });
    }
    done.wait();
}

void Listener::drain() {
    on_every_loop([](ConnectionTable& table) { table.drain(); });
}

void Listener::wait_empty(std::chrono::steady_clock::time_point deadline) {
    for (const auto& table : tables_) {
        table->wait_empty(deadline);
    }
}

void Listener::abort_all() {
    on_every_loop([](ConnectionTable& table) {
        table.abort_all();
        table.stop();
    });
}

std::size_t Listener::connections() const {
    std::size_t sum = 0;
    for (const auto& table : tables_) {
        sum += table->size();
    }
    return sum;
}

}  // namespace loan_manager::gateway::http
