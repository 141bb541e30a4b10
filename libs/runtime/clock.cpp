#include "runtime/clock.hpp"

namespace loan_manager::runtime {
namespace {

class SystemClock final : public Clock {
public:
    WallTime now() const override { return std::chrono::system_clock::now(); }
    SteadyTime steady_now() const override { return std::chrono::steady_clock::now(); }
};

}  // namespace

const Clock& system_clock() {
    static const SystemClock clock;
    return clock;
}

// Tests subtract from the steady time too; an hour keeps them from reaching below the epoch.
ManualClock::ManualClock(WallTime start) : now_(start), steady_now_(std::chrono::hours{1}) {}

Clock::WallTime ManualClock::now() const {
    const std::lock_guard lock(mutex_);
    return now_;
}

Clock::SteadyTime ManualClock::steady_now() const {
    const std::lock_guard lock(mutex_);
    return steady_now_;
}

void ManualClock::advance(std::chrono::nanoseconds by) {
    const std::lock_guard lock(mutex_);
    now_ += std::chrono::duration_cast<WallTime::duration>(by);
    steady_now_ += std::chrono::duration_cast<SteadyTime::duration>(by);
}

void ManualClock::set(WallTime now) {
    const std::lock_guard lock(mutex_);
    now_ = now;
}

}  // namespace loan_manager::runtime
