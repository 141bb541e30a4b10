#pragma once

#include <chrono>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>

namespace loan_manager::ctl {

/// Random numbers that are the same everywhere for the same seed: the standard fixes the generator but not its
/// distributions, so those needed are written out here.
class Random {
public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}

    /// From 0 up to but not including 1.
    double unit();
    double uniform(double low, double high) { return low + (high - low) * unit(); }
    /// Both ends included.
    int whole(int low, int high);
    bool chance(double probability) { return unit() < probability; }
    /// Index of one of the weights, in proportion to them.
    std::size_t pick(std::span<const double> weights);
    /// Triangular between `low` and `high` with its peak at `mode`.
    double triangular(double low, double high, double mode);
    /// `length` characters of `alphabet`.
    std::string text(std::size_t length, std::string_view alphabet);
    /// UUIDv7 of that moment, lower case.
    std::string uuid(std::chrono::system_clock::time_point at);

private:
    std::mt19937_64 engine_;
};

}  // namespace loan_manager::ctl
