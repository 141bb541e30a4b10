#pragma once

#include <chrono>
#include <mutex>

namespace loan_manager::runtime {

/// Where the time comes from. Code that decides by the time takes a `const Clock&`, so that tests set it instead of
/// waiting. Implementations are safe to call from every thread.
class Clock {
public:
    using WallTime = std::chrono::system_clock::time_point;
    using SteadyTime = std::chrono::steady_clock::time_point;

    virtual ~Clock() = default;

    /// The time of day; it may jump when the machine's clock is corrected. For anything stored or shown.
    virtual WallTime now() const = 0;
    /// Never jumps. For deadlines, ages and durations.
    virtual SteadyTime steady_now() const = 0;
};

/// The machine's clocks.
const Clock& system_clock();

/// A clock that stands still until it is told otherwise.
class ManualClock final : public Clock {
public:
    explicit ManualClock(WallTime start);

    WallTime now() const override;
    SteadyTime steady_now() const override;

    /// Moves both clocks forward.
    void advance(std::chrono::nanoseconds by);
    /// Sets the time of day only, forwards or backwards, as an administrator might.
    void set(WallTime now);

private:
    mutable std::mutex mutex_;
    WallTime now_;
    SteadyTime steady_now_{};
};

}  // namespace loan_manager::runtime
