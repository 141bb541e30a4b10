#pragma once

#include <string>

#include "runtime/loops.hpp"
#include "runtime/metrics.hpp"

namespace loan_manager::runtime {

/// Adds what every process tells of itself: memory, processor time, descriptors, loop delay, lost log lines, version.
/// `loops` must live as long as the metrics are collected. Internal to the library.
void add_process_metrics(Metrics& metrics, const Loops& loops, const std::string& service, const std::string& version);

}  // namespace loan_manager::runtime
