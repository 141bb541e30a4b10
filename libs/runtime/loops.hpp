#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace loan_manager::runtime {

/// How many loops this machine can keep at work.
std::size_t one_per_processor() noexcept;

/// The process's event loops: N `io_context`s with one thread each. A request is given to one of them and stays there,
/// so what belongs to a loop (a connection pool, a cache) needs no locks. An exception that escapes a handler is logged
/// and the loop goes on.
class Loops {
public:
    /// At least one loop; 0 means one per processor.
    explicit Loops(std::size_t count);
    /// Stops the loops at once if `finish` has not ended them.
    ~Loops();
    Loops(const Loops&) = delete;
    Loops& operator=(const Loops&) = delete;

    std::size_t size() const { return loops_.size(); }
    boost::asio::io_context& at(std::size_t index);
    /// The loops in turn; safe from every thread.
    boost::asio::io_context& next();
    /// The index of the loop the calling thread runs, if it runs one.
    static std::optional<std::size_t> current();

    /// Starts the threads.
    void start();
    /// Lets the loops end when they have no more work, and waits for that until `deadline`.
    /// False: some loop is still busy, and all still run.
    bool finish(std::chrono::steady_clock::time_point deadline);
    /// Stops the loops where they are and joins the threads; pending handlers are destroyed with the contexts.
    void stop();

    /// Asks every loop for a sign of life; one question per loop is under way at most.
    void ping();
    /// How long the slowest loop has owed its answer to a `ping`; zero when all have answered.
    std::chrono::nanoseconds slowest() const;

private:
    struct Loop;
    void run(Loop& loop, std::size_t index);

    std::vector<std::unique_ptr<Loop>> loops_;
    std::atomic<std::size_t> next_{0};
    std::mutex mutex_;
    std::condition_variable ended_;
    std::size_t running_ = 0;
};

/// Runs `function` on a loop (an io_context or its executor), waits until it has, and answers what it returns or throws
/// what it throws. Blocks: call it from a thread that runs no loop, while the loop runs.
template <typename Loop, typename Function>
std::invoke_result_t<Function&> run_on(Loop&& loop, Function function) {
    std::packaged_task<std::invoke_result_t<Function&>()> task(std::move(function));
    auto done = task.get_future();
    // Inside of a lambda: where use_future.hpp is included Asio knows packaged_task as a completion token, and would
    // take its future itself.
    boost::asio::post(std::forward<Loop>(loop), [task = std::move(task)]() mutable { task(); });
    // If the loop is destroyed instead, with the task in its queue, this throws std::future_error.
    return done.get();
}

/// One `T` for each loop, e.g. a connection pool. Destroy it when the loops have ended.
template <typename T>
class PerLoop {
public:
    /// `make(io_context&, index)` returns a std::unique_ptr<T>.
    template <typename Make>
    PerLoop(Loops& loops, Make make) {
        items_.reserve(loops.size());
        for (std::size_t index = 0; index != loops.size(); ++index) {
            items_.push_back(make(loops.at(index), index));
        }
    }

    /// The one of the loop that runs the caller. The caller must be on a loop.
    T& here() { return *items_[Loops::current().value()]; }
    T& at(std::size_t index) { return *items_.at(index); }
    std::size_t size() const { return items_.size(); }
    auto begin() { return items_.begin(); }
    auto end() { return items_.end(); }

private:
    std::vector<std::unique_ptr<T>> items_;
};

}  // namespace loan_manager::runtime
