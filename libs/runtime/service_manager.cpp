#include "runtime/service_manager.hpp"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdint>

namespace loan_manager::runtime::service_manager {

void ready() { sd_notify(0, "READY=1"); }

void status(std::string_view text) {
    std::string line = "STATUS=" + std::string(text);
    // A line feed would start another assignment.
    std::ranges::replace(line, '\n', ' ');
    sd_notify(0, line.c_str());
}

void stopping() { sd_notify(0, "STOPPING=1"); }

void alive() { sd_notify(0, "WATCHDOG=1"); }

std::optional<std::chrono::microseconds> watchdog_interval() {
    std::uint64_t microseconds = 0;
    if (sd_watchdog_enabled(0, &microseconds) <= 0) {
        return std::nullopt;
    }
    return std::chrono::microseconds(microseconds);
}

}  // namespace loan_manager::runtime::service_manager
