#include "gateway/api/observer.hpp"

#include "runtime/log.hpp"

#include <algorithm>

namespace loan_manager::gateway {

namespace {

runtime::Counter counter(runtime::Metrics& metrics, const std::string& method, const std::string& route,
                         const std::string& status_class) {
    return metrics.counter("gateway_requests_total", "HTTP requests answered",
                           {{"method", method}, {"route", route}, {"status", status_class}});
}

}  // namespace

RouteMetrics::RouteMetrics(runtime::Metrics& metrics, const std::string& method, const std::string& route)
    // 499, the client that left, is neither its mistake nor ours: a class of its own.
    : by_class_{counter(metrics, method, route, "499"), counter(metrics, method, route, "1xx"),
                counter(metrics, method, route, "2xx"), counter(metrics, method, route, "3xx"),
                counter(metrics, method, route, "4xx"), counter(metrics, method, route, "5xx")},
      seconds_(metrics.histogram("gateway_request_seconds", "From the end of the head to the end of the answer",
                                 {{"method", method}, {"route", route}})) {}

void RouteMetrics::record(unsigned status, std::chrono::nanoseconds elapsed) const {
    const std::size_t index = status == 499 ? 0 : std::clamp<std::size_t>(status / 100, 1, 5);
    by_class_[index].add();
    seconds_.observe(std::chrono::duration<double>(elapsed).count());
}

void write_access_log(const AccessRecord& record) {
    using runtime::log::Level;
    const Level level = record.routine ? Level::debug : record.status >= 500 ? Level::warning : Level::info;
    if (!runtime::log::enabled(level)) {
        return;
    }
    // Microseconds are precise enough, and short.
    const double ms =
        static_cast<double>(std::chrono::duration_cast<std::chrono::microseconds>(record.elapsed).count()) / 1000.0;
    runtime::log::write(level, "request",
                        {{"method", record.method},
                         {"route", record.route},
                         {"status", record.status},
                         {"code", record.code},
                         {"ms", ms},
                         {"bytes", record.bytes},
                         {"request_id", record.request_id},
                         {"user_id", record.user_id},
                         {"client_ip", record.client_ip}});
}

}  // namespace loan_manager::gateway
