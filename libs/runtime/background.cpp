#include "runtime/background.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "runtime/in_flight.hpp"
#include "runtime/log.hpp"

namespace loan_manager::runtime {
namespace {

namespace asio = boost::asio;

// A loop that fails the same way in every round says so this often.
constexpr std::chrono::minutes say_again{1};

struct Known {
    BackgroundTask counts;
    std::string last_error{};
    std::chrono::steady_clock::time_point last_said{};
};

// Like the log a thing every corner of a process uses and no interface should carry around. Never destroyed: tasks
// may end after the destructors of statics have begun.
class Ledger {
public:
    template <typename Change>
    void change(std::string_view name, Change change) {
        const std::lock_guard lock(mutex_);
        auto found = tasks_.find(name);
        if (found == tasks_.end()) {
            found = tasks_.emplace(std::string(name), Known{.counts = {.name = std::string(name)}}).first;
        }
        change(found->second.counts);
    }

    /// Counts the failure; nothing if the same was said a moment ago, otherwise how many there have been.
    std::optional<std::uint64_t> fail(std::string_view name, const std::string& error) {
        std::optional<std::uint64_t> failures;
        change(name, [&](BackgroundTask& counts) { failures = ++counts.failures; });
        const std::lock_guard lock(mutex_);
        Known& known = tasks_.find(name)->second;
        const auto now = std::chrono::steady_clock::now();
        if (known.last_error == error && now - known.last_said < say_again) {
            return std::nullopt;
        }
        known.last_error = error;
        known.last_said = now;
        return failures;
    }

    std::vector<BackgroundTask> all() const {
        const std::lock_guard lock(mutex_);
        std::vector<BackgroundTask> out;
        for (const auto& [name, task] : tasks_) {
            out.push_back(task.counts);
        }
        return out;
    }

    BackgroundTask one(std::string_view name) const {
        const std::lock_guard lock(mutex_);
        const auto found = tasks_.find(name);
        return found == tasks_.end() ? BackgroundTask{.name = std::string(name)} : found->second.counts;
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, Known, std::less<>> tasks_;
};

Ledger& ledger() {
    static Ledger& instance = *new Ledger;
    return instance;
}

std::string text_of(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& exception) {
        return exception.what();
    } catch (...) {
        return "an exception of an unknown type";
    }
}

bool is_cancellation(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
        return error.code() == asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

/// In flight from its making to its end, also when the frame of the task is destroyed with its loop.
class Entry {
public:
    explicit Entry(std::string_view task) : task_(task) {
        ledger().change(task_, [](BackgroundTask& counts) {
            ++counts.runs;
            ++counts.in_flight;
        });
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() {
        ledger().change(task_, [](BackgroundTask& counts) { --counts.in_flight; });
    }

    /// A task that nobody can cancel has no excuse.
    void ended(const std::exception_ptr& thrown, bool cancellable) const {
        if (thrown && !(cancellable && is_cancellation(thrown))) {
            note_background_failure(task_, thrown);
        }
    }

private:
    std::string task_;
};

}  // namespace

void note_background_failure(std::string_view task, const std::exception_ptr& thrown) noexcept {
    try {
        const std::string error = text_of(thrown);
        if (const auto failures = ledger().fail(task, error)) {
            log::error("a background task failed", {{"task", task}, {"error", error}, {"failures", *failures}});
        }
    } catch (const std::exception&) {
        // Out of memory: there is nobody left to tell.
    }
}

void note_background_failure(std::string_view task) {
    ledger().change(task, [](BackgroundTask& counts) { ++counts.failures; });
}

void note_background_run(std::string_view task) {
    ledger().change(task, [](BackgroundTask& counts) { ++counts.runs; });
}

std::vector<BackgroundTask> background_tasks() { return ledger().all(); }

BackgroundTask background_task(std::string_view name) { return ledger().one(name); }

void background(const asio::any_io_executor& executor, std::string_view task, asio::awaitable<void> work,
                asio::cancellation_slot stop, std::shared_ptr<const void> owner) {
    auto entry = std::make_shared<const Entry>(task);
    asio::co_spawn(executor, std::move(work),
                   asio::bind_cancellation_slot(
                       stop, [owner = std::move(owner), entry, cancellable = stop.is_connected()](
                                 const std::exception_ptr& thrown) { entry->ended(thrown, cancellable); }));
}

struct BackgroundGroup::State {
    explicit State(asio::any_io_executor chosen) : executor(std::move(chosen)) {}

    asio::any_io_executor executor;
    std::list<asio::cancellation_signal> signals;
    InFlight in_flight;
};

BackgroundGroup::BackgroundGroup(asio::any_io_executor executor)
    : state_(std::make_shared<State>(std::move(executor))) {}
BackgroundGroup::~BackgroundGroup() = default;

void BackgroundGroup::start(std::string_view task, asio::awaitable<void> work) {
    const auto signal = state_->signals.emplace(state_->signals.end());
    auto entry = std::make_shared<const Entry>(task);
    auto guard = std::make_shared<InFlight::Guard>(state_->in_flight.enter());
    asio::co_spawn(
        state_->executor, std::move(work),
        asio::bind_cancellation_slot(signal->slot(), [state = state_, signal, entry,
                                                      guard = std::move(guard)](const std::exception_ptr& thrown) {
            entry->ended(thrown, true);
            // Not here: this very handler is still connected to the signal.
            asio::post(state->executor, [state, signal, entry, guard] { state->signals.erase(signal); });
        }));
}

void BackgroundGroup::cancel() {
    for (asio::cancellation_signal& signal : state_->signals) {
        signal.emit(asio::cancellation_type::terminal);
    }
}

std::size_t BackgroundGroup::in_flight() const { return state_->in_flight.count(); }

bool BackgroundGroup::wait_idle(std::chrono::steady_clock::time_point deadline) {
    return state_->in_flight.wait_idle(deadline);
}

}  // namespace loan_manager::runtime
