#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "runtime/clock.hpp"

namespace loan_manager::runtime {

/// A 128-bit identifier (RFC 9562). Ordered by its bytes, which for version 7 is the order of creation.
class Uuid {
public:
    using Bytes = std::array<std::uint8_t, 16>;

    /// The nil UUID.
    constexpr Uuid() = default;
    constexpr explicit Uuid(const Bytes& bytes) : bytes_(bytes) {}

    /// Reads the 8-4-4-4-12 form in either case; any version. Nothing else (braces, URN, blanks) is accepted.
    static std::optional<Uuid> parse(std::string_view text);

    const Bytes& bytes() const { return bytes_; }
    /// Lower case, 36 characters.
    std::string to_string() const;
    bool is_nil() const { return *this == Uuid{}; }
    int version() const { return bytes_[6] >> 4; }

    friend auto operator<=>(const Uuid&, const Uuid&) = default;

private:
    Bytes bytes_{};
};

/// True when `text` is a UUID in 8-4-4-4-12 form.
bool is_uuid(std::string_view text);

/// Fills the span with bytes nobody can predict.
using RandomSource = std::function<void(std::span<std::uint8_t>)>;

/// The kernel's generator, getrandom(2).
void system_random(std::span<std::uint8_t> out);

/// Makes UUIDv7: 48 bits of milliseconds, a 12-bit counter that starts at random in each millisecond, 62 random bits.
/// The results of one generator strictly increase, also when the clock stands still or steps back. Safe from every
/// thread.
class UuidGenerator {
public:
    UuidGenerator(const Clock& clock, RandomSource random);

    Uuid next();

private:
    const Clock& clock_;
    RandomSource random_;
    std::mutex mutex_;
    std::uint64_t last_milliseconds_ = 0;
    std::uint32_t counter_ = 0;
};

/// A new id from the process-wide generator (system clock, kernel randomness).
Uuid new_uuid();

}  // namespace loan_manager::runtime
