#include "tools/seed/random.hpp"

#include <cmath>

#include "runtime/uuid.hpp"

namespace loan_manager::ctl {

double Random::unit() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }

int Random::whole(int low, int high) { return low + static_cast<int>(unit() * (high - low + 1)); }

std::size_t Random::pick(std::span<const double> weights) {
    double sum = 0;
    for (const double weight : weights) {
        sum += weight;
    }
    double left = unit() * sum;
    for (std::size_t i = 0; i + 1 < weights.size(); ++i) {
        if (left < weights[i]) {
            return i;
        }
        left -= weights[i];
    }
    return weights.size() - 1;
}

double Random::triangular(double low, double high, double mode) {
    const double at = unit();
    const double split = (mode - low) / (high - low);
    return at < split ? low + std::sqrt(at * (high - low) * (mode - low))
                      : high - std::sqrt((1 - at) * (high - low) * (high - mode));
}

std::string Random::text(std::size_t length, std::string_view alphabet) {
    std::string result;
    for (std::size_t i = 0; i != length; ++i) {
        result += alphabet[static_cast<std::size_t>(whole(0, static_cast<int>(alphabet.size()) - 1))];
    }
    return result;
}

std::string Random::uuid(std::chrono::system_clock::time_point at) {
    const auto millis = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count());
    runtime::Uuid::Bytes bytes{};
    for (int i = 0; i != 6; ++i) {
        bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(millis >> (8 * (5 - i)));
    }
    const std::uint64_t high = engine_(), low = engine_();
    bytes[6] = static_cast<std::uint8_t>(0x70 | (high & 0x0F));
    bytes[7] = static_cast<std::uint8_t>(high >> 8);
    bytes[8] = static_cast<std::uint8_t>(0x80 | ((high >> 16) & 0x3F));
    for (int i = 0; i != 7; ++i) {
        bytes[static_cast<std::size_t>(9 + i)] = static_cast<std::uint8_t>(low >> (8 * i));
    }
    return runtime::Uuid(bytes).to_string();
}

}  // namespace loan_manager::ctl
