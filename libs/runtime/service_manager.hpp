#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

/// What a process tells systemd (sd_notify). Without systemd nothing happens. Internal to the library.
namespace loan_manager::runtime::service_manager {

void ready();
void status(std::string_view text);
void stopping();
void alive();

/// How often systemd wants to hear `alive`, or it kills the process; nothing if it does not watch this process.
std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace loan_manager::runtime::service_manager
