#include "auth/trust/watch.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace loan_manager::auth::trust {

namespace asio = boost::asio;

EpochWatch::Ticket EpochWatch::ticket() const {
    const std::lock_guard lock(mutex_);
    return announced_;
}

bool EpochWatch::listening() const {
    const std::lock_guard lock(mutex_);
    return listening_;
}

std::size_t EpochWatch::waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
}

asio::awaitable<bool> EpochWatch::wait(Ticket seen, std::chrono::milliseconds hold) {
    const Timer timer = std::make_shared<asio::steady_timer>(co_await asio::this_coro::executor);
    {
        const std::lock_guard lock(mutex_);
        if (announced_ != seen) co_return true;
        if (stopped_ || waiting_.size() >= max_waiting) co_return false;
        timer->expires_after(listening_ ? hold : std::min(hold, unheard));
        waiting_.push_back(timer);
    }
    // Also when the call is cancelled, or destroyed with its loop.
    struct Leave {
        Leave(EpochWatch& owner, const Timer& mine) : watch(owner), timer(mine) {}
        ~Leave() { watch.leave(timer); }
        EpochWatch& watch;
        const Timer& timer;
    };
    const Leave leave_at_end(*this, timer);
    boost::system::error_code ignored;
    co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_return ticket() != seen;
}

void EpochWatch::announce() {
    {
        const std::lock_guard lock(mutex_);
        ++announced_;
    }
    wake_all();
}

void EpochWatch::set_listening(bool listening) {
    {
        const std::lock_guard lock(mutex_);
        listening_ = listening;
    }
    // Who waits looks at the tables: for what was missed, or because he must not wait for long.
    announce();
}

void EpochWatch::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
    }
    wake_all();
}

void EpochWatch::leave(const Timer& timer) {
    const std::lock_guard lock(mutex_);
    std::erase(waiting_, timer);
}

void EpochWatch::wake_all() {
    std::vector<Timer> waiting;
    {
        const std::lock_guard lock(mutex_);
        waiting = waiting_;
    }
    for (Timer& timer : waiting) {
        // On the waiter's own loop, after it has begun to wait.
        const asio::any_io_executor executor = timer->get_executor();
        asio::post(executor, [timer = std::move(timer)] { timer->cancel(); });
    }
}

}  // namespace loan_manager::auth::trust
