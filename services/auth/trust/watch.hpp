// Waiting for news that verifiers of tokens must learn of.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace loan_manager::auth::trust {

/// Lets calls wait until the epoch was raised, by whatever instance: the database announces it (auth.trust_state), and
/// the instance that listens passes it on here. Every function may be called from any thread.
class EpochWatch {
public:
    /// Stands for everything announced so far. Take one, read the state, then wait: nothing is missed in between.
    using Ticket = std::uint64_t;
    Ticket ticket() const;

    /// Waits until something is announced that the ticket does not stand for. False: nothing was within `hold` – or
    /// nobody may wait longer: while nobody listens to the database for more than `unheard`, after stop(), and beyond
    /// `max_waiting`, since whoever waits takes up a call.
    boost::asio::awaitable<bool> wait(Ticket seen, std::chrono::milliseconds hold);

    /// There is news, or may have been.
    void announce();
    /// Whether announcements of the database arrive. When they begin to, what came before may have been missed.
    void set_listening(bool listening);
    bool listening() const;
    /// Nobody waits any more, so that the process can end.
    void stop();

    std::size_t waiting() const;

    static constexpr std::size_t max_waiting = 256;
    static constexpr std::chrono::milliseconds unheard{500};

private:
    using Timer = std::shared_ptr<boost::asio::steady_timer>;
    void wake_all();
    void leave(const Timer& timer);

    mutable std::mutex mutex_;
    Ticket announced_ = 0;
    bool listening_ = false;
    bool stopped_ = false;
    std::vector<Timer> waiting_;
};

}  // namespace loan_manager::auth::trust
