// Takes connections and deals them out to the loops.
#pragma once

#include "gateway/http/connection_table.hpp"
#include "gateway/http/exchange.hpp"
#include "gateway/http/limits.hpp"
#include "gateway/http/seats.hpp"
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
    /// One connection more takes the place of one that has long been idle, or gets `busy_response` and is closed.
    SeatLimits seats;
    /// How long a connection must have waited for a request before it makes room for another.
    std::chrono::milliseconds idle_before_eviction{5'000};
    /// A complete HTTP response to a connection that gets no seat.
    std::function<std::string(Seats::Verdict)> busy_response;
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
    struct Accepted {
        boost::asio::ip::tcp::socket socket;
        boost::asio::ip::address peer;
        Seats::Seat seat;
    };
    void admit(boost::asio::ip::tcp::socket socket, const boost::asio::ip::address& peer,
               const std::shared_ptr<ConnectionTable>& table);
    void hand_over(Accepted accepted, const std::shared_ptr<ConnectionTable>& table);
    void make_room(Accepted accepted, const std::shared_ptr<ConnectionTable>& table);
    void serve(Accepted accepted, const std::shared_ptr<ConnectionTable>& table);
    void refuse(boost::asio::ip::tcp::socket socket, Seats::Verdict verdict) const;
    template <class Do>
    void on_every_loop(Do what);

    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::ip::tcp::endpoint endpoint_;
    Application& application_;
    std::vector<std::shared_ptr<ConnectionTable>> tables_;
    ListenerOptions options_;
    std::shared_ptr<Seats> seats_;
    std::atomic<bool> stopping_{false};
    std::size_t turn_ = 0;
    std::chrono::milliseconds back_off_;
    runtime::Periodic accepting_;
};

}  // namespace loan_manager::gateway::http
