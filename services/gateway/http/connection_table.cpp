#include "gateway/http/connection_table.hpp"

#include "gateway/http/connection.hpp"

#include <memory>
#include <vector>

namespace loan_manager::gateway::http {

namespace {

runtime::PeriodicOptions ticks() {
    runtime::PeriodicOptions options;
    options.name = "connection deadlines";
    options.interval = std::chrono::milliseconds{250};
    return options;
}

}  // namespace

ConnectionTable::ConnectionTable(boost::asio::io_context& loop, const runtime::Clock& clock)
    : loop_(loop), clock_(clock), ticks_(loop.get_executor(), ticks(), [this] { return tick_once(this); }) {}

ConnectionTable::~ConnectionTable() = default;

void ConnectionTable::start() { ticks_.start(); }

void ConnectionTable::stop() { ticks_.stop(); }

boost::asio::awaitable<void> ConnectionTable::tick_once(ConnectionTable* table) {
    table->tick();
    co_return;
}

// Visiting may end a connection, which takes it out of the list: hold them all first.
template <class Visit>
void ConnectionTable::for_each(Visit visit) {
    std::vector<std::shared_ptr<Connection>> all;
    all.reserve(size());
    for (Connection* c = first_; c != nullptr; c = c->next_) {
        all.push_back(c->shared_from_this());
    }
    for (const auto& connection : all) {
        visit(*connection);
    }
}

void ConnectionTable::tick() {
    // No visit here ends a connection synchronously: expiry only cancels its pending operation.
    const auto now = this->now();
    for (Connection* c = first_; c != nullptr; c = c->next_) {
        c->check_deadline(now);
    }
}

void ConnectionTable::drain() {
    draining_ = true;
    for_each([](Connection& c) { c.drain(); });
}

void ConnectionTable::abort_all() {
    draining_ = true;
    for_each([](Connection& c) { c.abort(); });
}

bool ConnectionTable::evict_idle(std::chrono::milliseconds idle_for) {
    const auto since = now() - idle_for;
    for (Connection* c = first_; c != nullptr; c = c->next_) {
        if (c->idle_since(since)) {
            c->drain();
            to_end(*c);  // it ends in a moment; the next to be chosen is another
            return true;
        }
    }
    return false;
}

void ConnectionTable::add(Connection& connection) {
    connection.next_ = nullptr;
    connection.previous_ = last_;
    (last_ != nullptr ? last_->next_ : first_) = &connection;
    last_ = &connection;
}

void ConnectionTable::remove(Connection& connection) {
    (connection.previous_ != nullptr ? connection.previous_->next_ : first_) = connection.next_;
    (connection.next_ != nullptr ? connection.next_->previous_ : last_) = connection.previous_;
}

void ConnectionTable::to_end(Connection& connection) {
    remove(connection);
    add(connection);
}

}  // namespace loan_manager::gateway::http
