#include "runtime/periodic.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <optional>
#include <random>
#include <utility>

#include "runtime/background.hpp"
#include "runtime/in_flight.hpp"

namespace loan_manager::runtime {

namespace asio = boost::asio;
using std::chrono::nanoseconds;

namespace {

std::function<double()> machine_random() {
    return [source = std::minstd_rand(std::random_device()())]() mutable {
        return std::uniform_real_distribution<double>()(source);
    };
}

void fire_after(asio::steady_timer& timer, nanoseconds pause) { timer.expires_after(pause); }

}  // namespace

struct Periodic::Core : std::enable_shared_from_this<Core> {
    Core(asio::any_io_executor chosen, PeriodicOptions given, Work work)
        : executor(std::move(chosen)), options(std::move(given)), round(std::move(work)), timer(executor) {
        if (!options.random) {
            options.random = machine_random();
        }
        if (!options.set_timer) {
            options.set_timer = fire_after;
        }
    }

    asio::awaitable<void> pause_until(Clock::SteadyTime next, Clock::SteadyTime began) {
        while (!stopping) {
            const Clock::SteadyTime until = woken ? std::min(next, began + options.shortest_interval) : next;
            const Clock::SteadyTime now = options.clock->steady_now();
            if (now >= until) {
                break;
            }
            options.set_timer(timer, until - now);
            co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }

    asio::awaitable<void> run_round(std::uint64_t number) {
        note_background_run(options.name);
        woken = false;
        failed = false;
        pause_after.reset();
        // A cancelled round ends at its next co_await; the loop around it by `stopping`.
        co_await asio::this_coro::throw_if_cancelled(true);
        try {
            co_await round();
        } catch (...) {
            // A round that was cancelled because the loop is to end has not failed.
            failed = !cancelled;
            if (failed) {
                note_background_failure(options.name, std::current_exception());
            }
            pause_after.reset();
        }
        co_await asio::this_coro::throw_if_cancelled(false);
        if (options.on_round) {
            options.on_round(Round{.number = number, .failed = failed});
        }
    }

    nanoseconds pause() {
        const nanoseconds interval = options.interval;
        if (pause_after) {
            return *pause_after;
        }
        return interval - std::chrono::duration_cast<nanoseconds>(std::chrono::duration<double, std::nano>(
                              static_cast<double>(interval.count()) * options.jitter * options.random()));
    }

    /// From the start to the end of the loop; the guard goes before the core it belongs to.
    struct Life {
        explicit Life(std::shared_ptr<Core> of) : core(std::move(of)), guard(core->in_flight.enter()) {}
        std::shared_ptr<Core> core;
        InFlight::Guard guard;
    };

    static asio::awaitable<void> run(std::shared_ptr<Life> life) {
        Core* const self = life->core.get();
        co_await asio::this_coro::throw_if_cancelled(false);
        Clock::SteadyTime began = self->options.clock->steady_now();
        co_await self->pause_until(began + self->options.first_after, began);
        for (std::uint64_t number = 1; !self->stopping; ++number) {
            began = self->options.clock->steady_now();
            co_await self->run_round(number);
            co_await self->pause_until(self->options.clock->steady_now() + self->pause(), began);
        }
    }

    asio::any_io_executor executor;
    PeriodicOptions options;
    Work round;
    asio::steady_timer timer;
    asio::cancellation_signal signal;
    InFlight in_flight;
    std::atomic<bool> started{false};
    std::atomic<bool> stopping{false};

    // Of the executor alone.
    bool woken = false;
    bool cancelled = false;
    bool failed = false;
    std::optional<nanoseconds> pause_after;
};

Periodic::Periodic(asio::any_io_executor executor, PeriodicOptions options, Work round)
    : core_(std::make_shared<Core>(std::move(executor), std::move(options), std::move(round))) {}

Periodic::~Periodic() { cancel(); }

void Periodic::start() {
    if (core_->started.exchange(true)) {
        return;
    }
    auto life = std::make_shared<Core::Life>(core_);
    // A signal belongs to the thread of its coroutine.
    asio::post(core_->executor, [life = std::move(life)] {
        Core& core = *life->core;
        background(core.executor, core.options.name + " (loop)", Core::run(life), core.signal.slot(), life->core);
    });
}

void Periodic::stop() {
    if (!core_->stopping.exchange(true) && core_->in_flight.count() > 0) {
        asio::post(core_->executor, [core = core_] { core->timer.cancel(); });
    }
}

void Periodic::cancel() {
    stop();
    if (core_->in_flight.count() > 0) {
        asio::post(core_->executor, [core = core_] {
            core->cancelled = true;
            core->signal.emit(asio::cancellation_type::terminal);
        });
    }
}

bool Periodic::wait_idle(std::chrono::steady_clock::time_point deadline) {
    return core_->in_flight.wait_idle(deadline);
}

void Periodic::run_soon() {
    asio::post(core_->executor, [core = core_] {
        core->woken = true;
        core->timer.cancel();
    });
}

void Periodic::next_after(nanoseconds pause) { core_->pause_after = pause; }

void Periodic::note_failure() {
    // What a loop that ends misses is no failure, and a round counts once.
    if (!core_->stopping && !core_->failed) {
        core_->failed = true;
        note_background_failure(core_->options.name);
    }
}

bool Periodic::stopping() const { return core_->stopping; }

}  // namespace loan_manager::runtime
