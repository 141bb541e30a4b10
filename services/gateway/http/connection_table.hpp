// The connections of one loop: how many, how long they may take, and how they end.
#pragma once

#include "gateway/http/response_writer.hpp"
#include "runtime/clock.hpp"
#include "runtime/in_flight.hpp"
#include "runtime/periodic.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <string_view>

namespace loan_manager::gateway::http {

class Connection;

/// One per loop. Deadlines are looked at four times a second for all connections together: setting one is a plain
/// store, where a timer of its own would cost each request more than its parsing.
///
/// Everything runs on the loop, except `size` and `wait_empty`.
class ConnectionTable {
public:
    ConnectionTable(boost::asio::io_context& loop, const runtime::Clock& clock);
    ~ConnectionTable();
    ConnectionTable(const ConnectionTable&) = delete;
    ConnectionTable& operator=(const ConnectionTable&) = delete;

    /// Starts the periodic look at the deadlines.
    void start();
    /// Ends it; without this the loop always has something to do.
    void stop();
    /// One look at the deadlines.
    void tick();

    /// From now on connections end with the response under way; idle ones end at once.
    void drain();
    /// Ends every connection now.
    void abort_all();
    /// Ends the connection that has waited longest for a request, if it is `idle_for` at least; false if there is none.
    bool evict_idle(std::chrono::milliseconds idle_for);

    [[nodiscard]] bool draining() const { return draining_; }
    /// Connections at present; from any thread.
    [[nodiscard]] std::size_t size() const { return in_flight_.count(); }
    /// Waits until there are none, at most until `deadline`; true when there are none. From a thread other than the
    /// loop.
    bool wait_empty(std::chrono::steady_clock::time_point deadline) { return in_flight_.wait_idle(deadline); }

    [[nodiscard]] std::chrono::steady_clock::time_point now() const { return clock_.steady_now(); }
    /// Value of the Date field at this moment.
    std::string_view date() { return dates_.at(clock_.now()); }
    boost::asio::io_context& loop() { return loop_; }

private:
    friend class Connection;
    void add(Connection& connection);
    void remove(Connection& connection);
    void to_end(Connection& connection);
    template <class Visit>
    void for_each(Visit visit);
    static boost::asio::awaitable<void> tick_once(ConnectionTable* table);

    boost::asio::io_context& loop_;
    const runtime::Clock& clock_;
    DateCache dates_;
    // In the order in which they began to wait for their present request, as far as they are idle.
    Connection* first_ = nullptr;
    Connection* last_ = nullptr;
    runtime::InFlight in_flight_;
    bool draining_ = false;
    runtime::Periodic ticks_;
};

}  // namespace loan_manager::gateway::http
