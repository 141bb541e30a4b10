#include "runtime/metrics.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace loan_manager::runtime;

TEST_CASE("metrics are served as Prometheus' text") {
    Metrics metrics;
    metrics.counter("calls_total", "Calls.", {{"method", "Get"}, {"code", "OK"}}).add();
    metrics.counter("calls_total", "Calls.", {{"method", "Get"}, {"code", "OK"}}).add(2);
    metrics.gauge("depth", "Depth.").set(4);
    metrics.gauge("depth", "Depth.").add(-1);
    metrics.histogram("seconds", "Time.", {}, {0.1, 1}).observe(0.5);
    int asked = 0;
    metrics.gauge_from("asked", "Asked.", {}, [&] { return ++asked; });
    const std::string text = metrics.text();
    for (const char* line :
         {"# TYPE calls_total counter", R"(calls_total{code="OK",method="Get"} 3)", "\ndepth 3",
          R"(seconds_bucket{le="0.1"} 0)", R"(seconds_bucket{le="1"} 1)", "seconds_count 1", "\nasked 1"}) {
        CAPTURE(line);
        CHECK(text.find(line) != std::string::npos);
    }
    CHECK(metrics.text().find("\nasked 2") != std::string::npos);
}
