// Is this gateway able to serve? The answer of /health, /health/live and /health/ready.
#pragma once

#include "gateway/http/message.hpp"
#include "runtime/clock.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loan_manager::gateway {

/// Safe from every thread. The checks run at most five times a second, however often somebody asks.
class Health {
public:
    /// Nothing when fine, otherwise what is wrong, in words fit for anybody.
    struct Check {
        std::string name;
        std::function<std::optional<std::string>()> problem;
    };

    Health(std::vector<Check> checks, const runtime::Clock& clock);

    [[nodiscard]] const std::vector<Check>& checks() const { return checks_; }
    static bool has(std::string_view path);
    /// The answer for one of the health paths; nothing for any other path.
    std::optional<http::Response> answer(std::string_view path);

private:
    struct State {
        bool healthy = false;
        std::string ready_body;
    };
    std::shared_ptr<const State> look();
    State evaluate() const;

    std::vector<Check> checks_;
    const runtime::Clock& clock_;
    std::mutex mutex_;
    std::shared_ptr<const State> state_;
    std::chrono::steady_clock::time_point looked_at_{};
};

}  // namespace loan_manager::gateway
