#include "runtime/in_flight.hpp"

namespace loan_manager::runtime {

InFlight::Guard InFlight::enter() {
    const std::lock_guard lock(mutex_);
    ++count_;
    return Guard(*this);
}

std::size_t InFlight::count() const {
    const std::lock_guard lock(mutex_);
    return count_;
}

bool InFlight::wait_idle(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    return idle_.wait_until(lock, deadline, [this] { return count_ == 0; });
}

void InFlight::leave() {
    const std::lock_guard lock(mutex_);
    if (--count_ == 0) {
        idle_.notify_all();
    }
}

}  // namespace loan_manager::runtime
