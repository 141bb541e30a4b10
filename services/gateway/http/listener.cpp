#include "gateway/http/listener.hpp"

#include "gateway/http/connection.hpp"
#include "gateway/http/tcp_transport.hpp"
#include "runtime/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <future>
#include <latch>
#include <utility>

namespace loan_manager::gateway::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

Listener::Listener(tcp::acceptor acceptor, Application& application,
                   std::vector<std::shared_ptr<ConnectionTable>> tables, ListenerOptions options)
    : acceptor_(std::move(acceptor)),
      endpoint_(acceptor_.local_endpoint()),
      back_off_(acceptor_.get_executor()),
      application_(application),
      tables_(std::move(tables)),
      options_(std::move(options)) {}

void Listener::start() {
    for (const auto& table : tables_) {
        asio::post(table->loop(), [table] { table->start(); });
    }
    asio::co_spawn(acceptor_.get_executor(), accept_all(), asio::detached);
}

asio::awaitable<void> Listener::accept_all() {
    auto pause = 50ms;
    for (std::size_t turn = 0; !stopping_; turn = (turn + 1) % tables_.size()) {
        const auto& table = tables_[turn];
        tcp::socket socket(table->loop());
        const auto [error] = co_await acceptor_.async_accept(socket, asio::as_tuple(asio::use_awaitable));
        if (stopping_) {
            co_return;
        }
        if (error) {
            // Typically no descriptors are left. Connections will end; the listener must still be there then.
            runtime::log::warning("cannot accept a connection", {{"error", error.message()}});
            back_off_.expires_after(pause);
            pause = std::min(pause * 2, 1000ms);
            co_await back_off_.async_wait(asio::as_tuple(asio::use_awaitable));
            continue;
        }
        pause = 50ms;
        if (connections() >= options_.max_connections) {
            refuse(std::move(socket));
        } else {
            hand_over(std::move(socket), table);
        }
    }
}

void Listener::hand_over(tcp::socket socket, const std::shared_ptr<ConnectionTable>& table) {
    asio::post(table->loop(), [this, table, socket = std::move(socket)]() mutable {
        auto transport = std::make_unique<TcpTransport>(std::move(socket));
        std::make_shared<Connection>(std::move(transport), application_, options_.limits, table)->start();
    });
}

void Listener::refuse(tcp::socket socket) const {
    boost::system::error_code ignored;
    const std::string response = options_.busy_response();
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(response), ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
}

void Listener::stop() {
    stopping_ = true;
    std::promise<void> closed;
    asio::dispatch(acceptor_.get_executor(), [this, &closed] {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
        back_off_.cancel();
        closed.set_value();
    });
    closed.get_future().wait();
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
