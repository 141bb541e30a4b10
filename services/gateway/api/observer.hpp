// One log line and a few counters for each request.
#pragma once

#include "runtime/metrics.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace loan_manager::gateway {

/// The time series of one route. The template is the label, never what a client sent, so their number is bounded.
class RouteMetrics {
public:
    RouteMetrics(runtime::Metrics& metrics, const std::string& method, const std::string& route);

    void record(unsigned status, std::chrono::nanoseconds elapsed) const;

private:
    std::array<runtime::Counter, 6> by_class_;
    runtime::Histogram seconds_;
};

/// What is told about a finished request.
struct AccessRecord {
    std::string_view method;
    std::string_view route;
    unsigned status = 0;
    std::chrono::nanoseconds elapsed{};
    std::uint64_t bytes = 0;
    std::string_view request_id;
    std::string_view user_id;
    std::string_view client_ip;
    /// Error code of the answer, if any.
    std::string_view code;
    /// Asked by monitoring every few seconds: logged at debug level only.
    bool routine = false;
};

void write_access_log(const AccessRecord& record);

}  // namespace loan_manager::gateway
