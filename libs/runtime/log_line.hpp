#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "runtime/log.hpp"

/// How a line of the log looks. Internal to the library.
namespace loan_manager::runtime::log {

struct Line {
    std::chrono::system_clock::time_point at;
    Level level;
    std::string_view service;
    std::string_view message;
    Fields fields;
};

/// `{"ts":"…","level":"info","service":"fleet","message":"…", …fields}` and a line feed.
std::string format_json(const Line& line);

/// `2026-11-22T17:55:31.123Z INFO  fleet: message key=value key="two words"` and a line feed.
std::string format_console(const Line& line);

}  // namespace loan_manager::runtime::log
