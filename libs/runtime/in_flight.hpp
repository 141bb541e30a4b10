#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>

namespace loan_manager::runtime {

/// Counts what is under way, so that a stopping process can wait for it. Safe from every thread.
class InFlight {
public:
    /// Held by each piece of work for as long as it lasts.
    class Guard {
    public:
        explicit Guard(InFlight& owner) : owner_(&owner) {}
        Guard(Guard&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
        Guard& operator=(Guard&&) = delete;
        ~Guard() {
            if (owner_ != nullptr) {
                owner_->leave();
            }
        }

    private:
        InFlight* owner_;
    };

    Guard enter();
    std::size_t count() const;
    /// Waits until nothing is under way, at most until `deadline`; true when nothing is.
    bool wait_idle(std::chrono::steady_clock::time_point deadline);

private:
    void leave();

    mutable std::mutex mutex_;
    std::condition_variable idle_;
    std::size_t count_ = 0;
};

}  // namespace loan_manager::runtime
