#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace loan_manager::runtime {

/// Starts a task that nobody waits for: the one way to do that. An exception that ends it is logged and counted under
/// `task`, a fixed name of the program's own (it becomes a label of a metric), never a client's text. While it lasts
/// it is counted as in flight; a process that stops waits for it with its loops and names it if it does not end.
///
/// Asio's cancellation through `stop` ends it too, and is no failure; `owner`, which the slot belongs to, is kept alive
/// until everything about the task has ended, which is later than its frame. What the task uses must be among its
/// parameters or outlive it. Never started inside this call. Safe from every thread, but `stop` belongs to `executor`.
void background(const boost::asio::any_io_executor& executor, std::string_view task, boost::asio::awaitable<void> work,
                boost::asio::cancellation_slot stop = {}, std::shared_ptr<const void> owner = nullptr);

/// Background tasks of one owner, which ends them together. All but wait_idle() and in_flight() on the thread that
/// runs `executor`. Destroy it when nothing is in flight, or when the loop has ended.
class BackgroundGroup {
public:
    explicit BackgroundGroup(boost::asio::any_io_executor executor);
    ~BackgroundGroup();
    BackgroundGroup(const BackgroundGroup&) = delete;
    BackgroundGroup& operator=(const BackgroundGroup&) = delete;

    /// As background().
    void start(std::string_view task, boost::asio::awaitable<void> work);
    /// Cancels (terminal) what is in flight.
    void cancel();

    std::size_t in_flight() const;
    /// Waits until nothing is in flight, at most until `deadline`; true when nothing is. Blocks: call it from a thread
    /// that runs no loop.
    bool wait_idle(std::chrono::steady_clock::time_point deadline);

private:
    struct State;
    std::shared_ptr<State> state_;
};

/// What is known of the tasks of one name, since the start of the process.
struct BackgroundTask {
    std::string name;
    std::uint64_t runs = 0;      ///< started tasks, and rounds of a Periodic
    std::uint64_t failures = 0;  ///< how many of them failed
    std::size_t in_flight = 0;
};

/// All of them, by name: for /metrics, and for the last words of a process that cannot end. Any thread.
std::vector<BackgroundTask> background_tasks();
/// That of one name, all zero if there was none. Any thread.
BackgroundTask background_task(std::string_view name);

/// Logs what was thrown (the same again at most once a minute) and counts it as a failure of `task`: for code that
/// catches by itself and goes on.
void note_background_failure(std::string_view task, const std::exception_ptr& thrown) noexcept;
/// Counts a failure that the log tells of already.
void note_background_failure(std::string_view task);
/// Counts a run of `task`.
void note_background_run(std::string_view task);

}  // namespace loan_manager::runtime
