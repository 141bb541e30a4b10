// Takes connections and deals them out to the loops.
#pragma once

#include "gateway/http/connection_table.hpp"
#include "gateway/http/exchange.hpp"
#include "gateway/http/limits.hpp"
#include "runtime/periodic.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace loan_manager::gateway::http {

struct ListenerOptions {
    Limits limits;
    /// Connections of the process; one more gets `busy_response` and is closed.
    std::size_t max_connections = 10'000;
    /// A complete HTTP response.
    std::function<std::string()> busy_response;
};

/// One acceptor whose connections go to the loops in turn. With several acceptors on one port (SO_REUSEPORT) the kernel
/// deals by hash, which leaves loops idle when a few keep-alive connections carry all the traffic – as behind nginx –
/// and closing one of them at shutdown resets connections that wait in its queue.
class Listener {
public:
    /// `tables`: one per loop. The acceptor listens already; its executor is the loop that accepts.
    Listener(boost::asio::ip::tcp::acceptor acceptor, Application& application,
             std::vector<std::shared_ptr<ConnectionTable>> tables, ListenerOptions options);

    void start();
    /// Closes the listening socket; connections go on. From a thread that runs no loop.
    void stop();
    /// Lets every connection end with its present response, idle ones at once. From a thread that runs no loop.
    void drain();
    /// Waits until all connections have ended, at most until `deadline`. From a thread that runs no loop.
    void wait_empty(std::chrono::steady_clock::time_point deadline);
    /// Ends all connections and the looking at their deadlines. From a thread that runs no loop.
    void abort_all();

    [[nodiscard]] std::size_t connections() const;
    [[nodiscard]] boost::asio::ip::tcp::endpoint endpoint() const { return endpoint_; }

private:
    boost::asio::awaitable<void> accept_all();
    void hand_over(boost::asio::ip::tcp::socket socket, const std::shared_ptr<ConnectionTable>& table);
    void refuse(boost::asio::ip::tcp::socket socket) const;
    template <class Do>
    void on_every_loop(Do what);

    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::ip::tcp::endpoint endpoint_;
    Application& application_;
    std::vector<std::shared_ptr<ConnectionTable>> tables_;
    ListenerOptions options_;
    std::atomic<bool> stopping_{false};
    std::size_t turn_ = 0;
    std::chrono::milliseconds back_off_;
    runtime::Periodic accepting_;
};

}  // namespace loan_manager::gateway::http
