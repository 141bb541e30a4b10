#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lifecycle-refresher/refresh/policy.hpp"

namespace loan_manager::lifecycle {

enum class RunStatus { running, ok, failed };

/// One row of `lifecycle.view_refreshes` (D-1003).
struct Run {
    std::string id;
    std::string view_name;
    Trigger trigger = Trigger::event;
    std::optional<std::string> requested_by;  ///< User id; only MANUAL runs have one.
    RunStatus status = RunStatus::running;
    WallTime started_at{};
    std::optional<WallTime> finished_at;
    std::optional<std::int32_t> rows;
    std::optional<std::int32_t> duration_ms;
    std::optional<std::int64_t> covers_seq;
    std::optional<std::string> error;  ///< For people: no SQL, no internal names.
};

}  // namespace loan_manager::lifecycle
