#include "runtime/loops.hpp"

#include <pthread.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <exception>
#include <string>

#include "runtime/background.hpp"

namespace loan_manager::runtime {
namespace {

thread_local std::optional<std::size_t> current_loop;

std::int64_t steady_nanoseconds() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

}  // namespace

struct Loops::Loop {
    boost::asio::io_context context{1};
    std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work;
    std::thread thread;
    std::atomic<std::int64_t> asked_at{0};  ///< 0: no question is open
};

std::size_t one_per_processor() noexcept { return std::max(1u, std::thread::hardware_concurrency()); }

Loops::Loops(std::size_t count) {
    if (count == 0) {
        count = one_per_processor();
    }
    for (std::size_t index = 0; index != count; ++index) {
        auto& loop = *loops_.emplace_back(std::make_unique<Loop>());
        loop.work.emplace(loop.context.get_executor());
    }
}

Loops::~Loops() { stop(); }

boost::asio::io_context& Loops::at(std::size_t index) { return loops_.at(index)->context; }

boost::asio::io_context& Loops::next() {
    return loops_[next_.fetch_add(1, std::memory_order_relaxed) % loops_.size()]->context;
}

std::optional<std::size_t> Loops::current() { return current_loop; }

void Loops::start() {
    running_ = loops_.size();
    for (std::size_t index = 0; index != loops_.size(); ++index) {
        Loop& loop = *loops_[index];
        loop.thread = std::thread([this, &loop, index] { run(loop, index); });
    }
}

void Loops::run(Loop& loop, std::size_t index) {
    current_loop = index;
    pthread_setname_np(pthread_self(), ("loop-" + std::to_string(index)).c_str());
    for (;;) {
        try {
            loop.context.run();
            break;
        } catch (...) {
            note_background_failure("event loop", std::current_exception());
        }
    }
    const std::lock_guard lock(mutex_);
    --running_;
    ended_.notify_all();
}

bool Loops::finish(std::chrono::steady_clock::time_point deadline) {
    for (const auto& loop : loops_) {
        // On the loop, so that a loop whose last handler is just running ends after it, not before what it starts.
        boost::asio::post(loop->context, [loop = loop.get()] { loop->work.reset(); });
    }
    {
        std::unique_lock lock(mutex_);
        if (!ended_.wait_until(lock, deadline, [this] { return running_ == 0; })) {
            return false;
        }
    }
    stop();
    return true;
}

void Loops::stop() {
    for (const auto& loop : loops_) {
        loop->context.stop();
    }
    for (const auto& loop : loops_) {
        if (loop->thread.joinable()) {
            loop->thread.join();
        }
        loop->work.reset();
    }
}

void Loops::ping() {
    for (const auto& loop : loops_) {
        std::int64_t none = 0;
        if (loop->asked_at.compare_exchange_strong(none, steady_nanoseconds())) {
            boost::asio::post(loop->context, [loop = loop.get()] { loop->asked_at = 0; });
        }
    }
}

std::chrono::nanoseconds Loops::slowest() const {
    const std::int64_t now = steady_nanoseconds();
    std::int64_t slowest = 0;
    for (const auto& loop : loops_) {
        if (const std::int64_t asked_at = loop->asked_at; asked_at != 0) {
            slowest = std::max(slowest, now - asked_at);
        }
    }
    return std::chrono::nanoseconds{slowest};
}

}  // namespace loan_manager::runtime
