#include "postgres/pool_core.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <map>

#include "runtime/background.hpp"

namespace loan_manager::postgres::detail {

namespace asio = boost::asio;
using std::chrono::steady_clock;

PoolCore::PoolCore(asio::io_context& context, PoolOptions options, std::shared_ptr<CancelThreads> cancellers)
    : context_(context),
      options_(std::move(options)),
      cancellers_(std::move(cancellers)),
      random_(std::random_device()()),
      lanes_(options_.max_connections, options_.bulkheads),
      cleaning_timer_(context),
      retry_timer_(context) {}

asio::awaitable<Result<Lease>> PoolCore::acquire(OptionalDeadline deadline) {
    if (closed_) co_return Error(Error::Kind::unavailable, "the connection pool is closed");
    Lane& lane = lanes_.find(deadline.lane, deadline.use);
    if (Lease lease = take_idle(lane)) {
        lease->set_deadline(deadline);
        co_return lease;
    }
    if (is_down()) co_return last_error_;
    if (waiters_.size() >= options_.max_waiters) {
        ++exhausted_;
        co_return Error(Error::Kind::pool_exhausted, "too many callers wait for a connection");
    }
    const auto waiter = std::make_shared<Waiter>(context_, lane);
    // Leaves the queue however this coroutine ends; a connection that was handed over meanwhile goes back by itself.
    struct Place {
        explicit Place(PoolCore& core, std::shared_ptr<Waiter> waiting) : pool(core), waiter(std::move(waiting)) {
            pool.waiters_.push_back(waiter);
            pool.waiting_ = pool.waiters_.size();
        }
        ~Place() {
            if (!waiter->done) pool.waiters_.remove(waiter);
            pool.waiting_ = pool.waiters_.size();
        }
        PoolCore& pool;
        std::shared_ptr<Waiter> waiter;
    };
    const Self self = shared_from_this();
    const Place place(*this, waiter);
    open_as_needed();

    const Deadline patience = steady_clock::now() + options_.acquire_timeout;
    waiter->timer.expires_at(deadline ? std::min(*deadline, patience) : patience);
    boost::system::error_code interrupted;
    if (!waiter->done) co_await waiter->timer.async_wait(asio::redirect_error(asio::use_awaitable, interrupted));

    if (waiter->error) co_return *std::move(waiter->error);
    if (waiter->done) {
        waiter->lease->set_deadline(deadline);
        co_return std::move(waiter->lease);
    }
    if (interrupted) co_return Error(Error::Kind::cancelled, "cancelled while waiting for a connection");
    if (deadline && *deadline < patience) {
        co_return Error(Error::Kind::timeout, "no connection became free before the deadline");
    }
    ++exhausted_;
    co_return Error(Error::Kind::pool_exhausted, "no connection became free in time");
}

Lease PoolCore::take_idle(Lane& lane) {
    if (!lanes_.may_take(lane)) return Lease();
    while (!idle_.empty()) {
        Idle idle = std::move(idle_.back());
        idle_.pop_back();
        idle_count_ = idle_.size();
        if (steady_clock::now() >= idle.expires) continue;
        if (idle.connection->is_alive()) return lend(std::move(idle.connection), idle.expires, lane);
        ++broken_;
    }
    return Lease();
}

Lease PoolCore::lend(std::unique_ptr<Connection> connection, Deadline expires, Lane& lane) {
    ++in_use_;
    ++acquired_;
    lanes_.take(lane);
    return Lease(shared_from_this(), std::move(connection), expires, &lane);
}

PoolCore::Waiters::iterator PoolCore::next_in_turn() {
    auto next = waiters_.end();
    for (auto waiter = waiters_.begin(); waiter != waiters_.end(); ++waiter) {
        const Lane& lane = (*waiter)->lane;
        if (!lanes_.may_take(lane)) continue;
        if (!options_.bulkheads) return waiter;
        if (next == waiters_.end() || lane.in_use < (*next)->lane.in_use) next = waiter;
    }
    return next;
}

void PoolCore::hand_over(Waiters::iterator turn, Lease lease) {
    const auto waiter = *turn;
    waiters_.erase(turn);
    waiting_ = waiters_.size();
    waiter->lease = std::move(lease);
    waiter->done = true;
    waiter->timer.cancel();
}

void PoolCore::serve() {
    for (auto turn = next_in_turn(); turn != waiters_.end(); turn = next_in_turn()) {
        Lease lease = take_idle((*turn)->lane);
        if (!lease) break;
        hand_over(turn, std::move(lease));
    }
    open_as_needed();
}

void PoolCore::release(std::unique_ptr<Connection> connection, Deadline expires, Lane& lane) noexcept {
    --in_use_;
    lanes_.give_back(lane);
    try {
        if (closed_) return;
        connection->set_deadline(std::nullopt);
        static_cast<void>(connection->take_back_begin());
        if (connection->is_broken()) {
            ++broken_;
            connection.reset();
            connection_lost();
        } else if (!connection->is_usable() || connection->in_transaction()) {
            if (!connection->is_usable()) ++cancelled_;
            ++recovering_;
            runtime::background(context_.get_executor(), "recovering a connection",
                                recover(shared_from_this(), std::move(connection), expires));
            serve();  // others of its lane may have an idle one now
        } else {
            put_back(std::move(connection), expires);
        }
    } catch (const std::exception&) {
        // Out of memory: the connection is closed instead of kept.
    }
}

void PoolCore::put_back(std::unique_ptr<Connection> connection, Deadline expires) {
    if (closed_) return;
    const Deadline now = steady_clock::now();
    if (now >= expires) {
        connection.reset();
        serve();
        return;
    }
    if (const auto turn = next_in_turn(); turn != waiters_.end()) {
        Lane& lane = (*turn)->lane;
        hand_over(turn, lend(std::move(connection), expires, lane));
        return;
    }
    idle_.push_back(Idle{std::move(connection), expires, now});
    idle_count_ = idle_.size();
    schedule_cleaning();
}

void PoolCore::connection_lost() {
    if (is_down()) fail_waiters(last_error_);
    serve();  // others of its lane may have an idle one now
}

void PoolCore::fail_waiters(const Error& error) {
    const auto failed = std::move(waiters_);
    waiters_.clear();
    waiting_ = 0;
    for (const auto& waiter : failed) {
        waiter->error = error;
        waiter->done = true;
        waiter->timer.cancel();
    }
}

void PoolCore::close() {
    closed_ = true;
    idle_.clear();
    idle_count_ = 0;
    fail_waiters(Error(Error::Kind::unavailable, "the connection pool is closed"));
    cleaning_timer_.cancel();
    retry_timer_.cancel();
}

std::size_t PoolCore::wanted() const {
    if (!options_.bulkheads) return waiters_.size();
    std::map<const Lane*, std::size_t> of_lane;
    std::map<Use, std::size_t> of_use;
    std::size_t count = 0;
    for (const auto& waiter : waiters_) {
        const Lane& lane = waiter->lane;
        if (of_lane[&lane] >= lanes_.room_of(lane) || of_use[lane.use] >= lanes_.room_of(lane.use)) continue;
        ++of_lane[&lane];
        ++of_use[lane.use];
        ++count;
    }
    return count;
}

void PoolCore::open_as_needed() {
    if (closed_ || retrying_ || total() >= options_.max_connections) return;
    const std::size_t enough = wanted();
    while (opening_ < enough && total() < options_.max_connections) {
        ++opening_;
        runtime::background(context_.get_executor(), "opening a connection", open_in_background(shared_from_this()));
    }
}

asio::awaitable<void> PoolCore::open_in_background(Self self) {
    const bool opened = co_await self->open_one();
    if (opened) {
        self->open_as_needed();
    } else {
        self->start_retrying();
    }
}

// An exception counts as a failed attempt: nobody else would take the place in `opening_` back and try again.
asio::awaitable<Result<std::unique_ptr<Connection>>> PoolCore::try_to_open() {
    std::exception_ptr thrown;
    try {
        co_return co_await options_.open(context_, options_.connect, cancellers_);
    } catch (...) {
        thrown = std::current_exception();
    }
    runtime::note_background_failure("opening a connection", thrown);
    co_return Error(Error::Kind::unavailable, "the connection could not be opened");
}

asio::awaitable<bool> PoolCore::open_one() {
    Result<std::unique_ptr<Connection>> opened = co_await try_to_open();
    --opening_;
    if (opened) {
        ++opened_;
        failures_in_a_row_ = 0;
        put_back(*std::move(opened), end_of_life());
        co_return true;
    }
    ++connect_failures_;
    ++failures_in_a_row_;
    last_error_ = opened.error();
    if (is_down()) fail_waiters(last_error_);
    co_return false;
}

void PoolCore::start_retrying() {
    if (closed_ || retrying_) return;
    retrying_ = true;
    runtime::background(context_.get_executor(), "reaching the database again", keep_trying(shared_from_this()));
}

asio::awaitable<void> PoolCore::keep_trying(Self self) {
    std::chrono::milliseconds pause = self->options_.min_backoff;
    while (!self->closed_ && self->failures_in_a_row_ > 0) {
        // Up to a quarter shorter, so that many pools do not call on a restarted server at the same moment.
        const auto shorter = std::chrono::milliseconds(self->random_() % (pause.count() / 4 + 1));
        self->retry_timer_.expires_after(pause - shorter);
        boost::system::error_code interrupted;
        co_await self->retry_timer_.async_wait(asio::redirect_error(asio::use_awaitable, interrupted));
        if (self->closed_) break;
        if (self->total() >= self->options_.max_connections) {
            self->failures_in_a_row_ = 0;  // the connections that were out have come back: nothing to open
            break;
        }
        ++self->opening_;
        const bool opened = co_await self->open_one();
        if (opened) break;
        pause = std::min(pause * 2, self->options_.max_backoff);
    }
    self->retrying_ = false;
    self->open_as_needed();
}

asio::awaitable<void> PoolCore::recover(Self self, std::unique_ptr<Connection> connection, Deadline expires) {
    bool clean = false;
    try {
        clean = co_await connection->recover(self->options_.recover_timeout);
    } catch (...) {
        // The connection is dropped; somebody may wait for its place.
        runtime::note_background_failure("recovering a connection", std::current_exception());
    }
    --self->recovering_;
    if (clean) {
        self->put_back(std::move(connection), expires);
    } else {
        ++self->broken_;
        connection.reset();
        self->connection_lost();
    }
}

void PoolCore::schedule_cleaning() {
    if (cleaning_scheduled_ || closed_) return;
    cleaning_scheduled_ = true;
    const auto interval =
        std::clamp(options_.idle_timeout / 4, std::chrono::milliseconds(50), std::chrono::milliseconds(30000));
    cleaning_timer_.expires_after(interval);
    cleaning_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (!error && self != nullptr) self->clean();
    });
}

void PoolCore::clean() {
    cleaning_scheduled_ = false;
    const Deadline now = steady_clock::now();
    std::erase_if(idle_, [&](Idle& idle) {
        const bool dead = !idle.connection->is_alive();
        if (dead) ++broken_;
        return dead || now >= idle.expires || now - idle.since >= options_.idle_timeout;
    });
    idle_count_ = idle_.size();
    if (!idle_.empty()) schedule_cleaning();
}

Deadline PoolCore::end_of_life() {
    const auto spread = static_cast<std::minstd_rand::result_type>(options_.max_lifetime.count() / 10 + 1);
    return steady_clock::now() + options_.max_lifetime - std::chrono::milliseconds(random_() % spread);
}

PoolStats PoolCore::stats() const {
    PoolStats stats;
    stats.idle = idle_count_;
    stats.in_use = in_use_;
    stats.recovering = recovering_;
    stats.connections = stats.idle + stats.in_use + stats.recovering;
    stats.waiting = waiting_;
    stats.available = failures_in_a_row_ == 0 || stats.connections > 0;
    stats.acquired = acquired_;
    stats.exhausted = exhausted_;
    stats.opened = opened_;
    stats.connect_failures = connect_failures_;
    stats.broken = broken_;
    stats.cancelled = cancelled_;
    return stats;
}

}  // namespace loan_manager::postgres::detail
