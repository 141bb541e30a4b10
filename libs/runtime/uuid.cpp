#include "runtime/uuid.hpp"

#include <sys/random.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace loan_manager::runtime {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

constexpr bool is_dash_position(std::size_t index) { return index == 8 || index == 13 || index == 18 || index == 23; }

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) {
    if (text.size() != 36) {
        return std::nullopt;
    }
    Bytes bytes{};
    std::size_t digits = 0;
    for (std::size_t index = 0; index != text.size(); ++index) {
        if (is_dash_position(index)) {
            if (text[index] != '-') {
                return std::nullopt;
            }
            continue;
        }
        const int digit = hex_digit(text[index]);
        if (digit < 0) {
            return std::nullopt;
        }
        std::uint8_t& byte = bytes[digits / 2];
        byte = static_cast<std::uint8_t>(byte << 4 | digit);
        ++digits;
    }
    return Uuid(bytes);
}

std::string Uuid::to_string() const {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text(36, '-');
    std::size_t position = 0;
    for (const std::uint8_t byte : bytes_) {
        if (is_dash_position(position)) {
            ++position;
        }
        text[position++] = digits[byte >> 4];
        text[position++] = digits[byte & 0xf];
    }
    return text;
}

bool is_uuid(std::string_view text) { return Uuid::parse(text).has_value(); }

void system_random(std::span<std::uint8_t> out) {
    while (!out.empty()) {
        const ssize_t got = ::getrandom(out.data(), out.size(), 0);
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            throw std::system_error(errno, std::generic_category(), "getrandom");
        }
        out = out.subspan(static_cast<std::size_t>(got));
    }
}

UuidGenerator::UuidGenerator(const Clock& clock, RandomSource random) : clock_(clock), random_(std::move(random)) {}

Uuid UuidGenerator::next() {
    static constexpr std::uint32_t counter_limit = 1u << 12;
    using std::chrono::milliseconds;

    Uuid::Bytes bytes{};
    random_(bytes);
    const auto wall = std::chrono::duration_cast<milliseconds>(clock_.now().time_since_epoch()).count();
    const auto now = static_cast<std::uint64_t>(wall);

    std::uint64_t time = 0;
    std::uint32_t counter = 0;
    {
        const std::lock_guard lock(mutex_);
        if (now > last_milliseconds_) {
            last_milliseconds_ = now;
            // Starting in the lower half leaves room for at least 2048 ids in the same millisecond.
            counter_ = (bytes[6] << 8 | bytes[7]) & (counter_limit / 2 - 1);
        } else if (++counter_ == counter_limit) {
            // More ids than the counter holds: borrow from the next millisecond rather than wait for it.
            ++last_milliseconds_;
            counter_ = 0;
        }
        time = last_milliseconds_;
        counter = counter_;
    }
    for (int index = 5; index >= 0; --index) {
        bytes[static_cast<std::size_t>(index)] = static_cast<std::uint8_t>(time);
        time >>= 8;
    }
    bytes[6] = static_cast<std::uint8_t>(0x70 | counter >> 8);
    bytes[7] = static_cast<std::uint8_t>(counter);
    bytes[8] = static_cast<std::uint8_t>(0x80 | (bytes[8] & 0x3f));
    return Uuid(bytes);
}

Uuid new_uuid() {
    static UuidGenerator generator(system_clock(), system_random);
    return generator.next();
}

}  // namespace loan_manager::runtime
