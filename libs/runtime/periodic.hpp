#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "runtime/clock.hpp"

namespace loan_manager::runtime {

/// What a round of a Periodic came to.
struct Round {
    std::uint64_t number = 0;  ///< 1 for the first
    bool failed = false;       ///< an exception ended it, or it said so by note_failure()
};

struct PeriodicOptions {
    /// In logs and as the label of metrics (see background.hpp): a fixed name of the program's own.
    std::string name;
    /// From the end of a round to the beginning of the next, at most.
    std::chrono::milliseconds interval{1000};
    /// Each pause is shorter by a random part of up to this share of itself, so that instances started together part.
    double jitter = 0.1;
    /// Pause before the first round; without jitter.
    std::chrono::milliseconds first_after{0};
    /// run_soon() brings no round sooner than this after the beginning of the last one.
    std::chrono::milliseconds shortest_interval{0};

    const Clock* clock = &system_clock();  ///< Must outlive the Periodic; only steady_now() is asked.
    /// From 0 up to 1. Empty: the machine's own.
    std::function<double()> random;
    /// Sets the timer of a pause; for tests, which end the pause by run_soon(). Empty: for that long from now.
    std::function<void(boost::asio::steady_timer&, std::chrono::nanoseconds)> set_timer;
    /// Told of the end of each round, on the executor; must not throw.
    std::function<void(const Round&)> on_round;
};

/// Something done again and again, as long as the process lives: the one way to write a loop with pauses.
///
/// An exception that ends a round is logged and counted, and the next round comes after the usual pause. A round that
/// could not do its work without one (errors are values here) says so itself: note_failure(). Rounds never overlap.
/// Lives on one executor, whose rounds run there; what the rounds use must outlive the loop's end, for which stop() and
/// wait_idle() are there.
class Periodic {
public:
    /// `round` is called for each round. Let it be a plain function that returns a coroutine of an object that outlives
    /// this one: `[this] { return look(); }`. (The captures of a coroutine lambda would do as well, but read worse.)
    using Work = std::function<boost::asio::awaitable<void>()>;

    Periodic(boost::asio::any_io_executor executor, PeriodicOptions options, Work round);
    /// As cancel().
    ~Periodic();
    Periodic(const Periodic&) = delete;
    Periodic& operator=(const Periodic&) = delete;

    /// The first round comes after `first_after`. Once. Any thread.
    void start();
    /// No round begins any more; one under way goes on to its end. Any thread.
    void stop();
    /// stop(), and cancels (terminal) a round that is under way. Any thread.
    void cancel();
    /// Waits until the loop has ended, at most until `deadline`; true when it has. Blocks: call it after stop() or
    /// cancel(), from a thread that runs no loop.
    bool wait_idle(std::chrono::steady_clock::time_point deadline);

    /// Ends the pause: a round begins as soon as `shortest_interval` allows. During a round: another one follows it.
    /// Any thread.
    void run_soon();
    /// Within a round: the pause after it is `pause` (without jitter) instead of the interval, unless the round fails.
    void next_after(std::chrono::nanoseconds pause);
    /// Within a round: it could not do what it is for, and the log says why. Counted like an exception, unless the loop
    /// is to end, but the round still chooses its pause.
    void note_failure();
    /// Within a round: the loop is to end, so do not begin another step.
    bool stopping() const;

private:
    struct Core;
    std::shared_ptr<Core> core_;
};

}  // namespace loan_manager::runtime
