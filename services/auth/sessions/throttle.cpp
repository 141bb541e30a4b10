#include "auth/sessions/throttle.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "digest/sha256.hpp"

namespace loan_manager::auth::sessions {
namespace {

using std::chrono::seconds;

seconds until(WallTime end, WallTime now) { return std::max(std::chrono::ceil<seconds>(end - now), seconds{1}); }

// Without what cannot have happened yet.
AttemptHistory up_to(AttemptHistory history, WallTime now) {
    const auto is_future = [&](WallTime at) { return at > now + future_tolerance; };
    std::erase_if(history.of_address, is_future);
    std::erase_if(history.of_pair, [&](const AttemptHistory::Attempt& attempt) { return is_future(attempt.at); });
    for (WallTime& at : history.of_address) at = std::min(at, now);
    for (AttemptHistory::Attempt& attempt : history.of_pair) attempt.at = std::min(attempt.at, now);
    return history;
}

seconds address_wait(const AttemptHistory& history, const ThrottleLimits& limits, WallTime now) {
    if (limits.attempts_per_minute == 0 || history.of_address.size() < limits.attempts_per_minute) return seconds{0};
    const WallTime free_again = history.of_address[limits.attempts_per_minute - 1] + std::chrono::minutes{1};
    return free_again > now ? until(free_again, now) : seconds{0};
}

seconds pair_wait(const AttemptHistory& history, const ThrottleLimits& limits, WallTime now) {
    if (limits.failures == 0 || history.known_address || history.of_pair.size() < limits.failures) return seconds{0};
    const auto& newest = history.of_pair.front();
    const auto& oldest = history.of_pair[limits.failures - 1];
    const WallTime free_again = newest.at + limits.wait;
    if (newest.at - oldest.at > limits.window || free_again <= now) return seconds{0};
    const auto last = history.of_pair.begin() + static_cast<std::ptrdiff_t>(limits.failures);
    const bool undecided = std::any_of(history.of_pair.begin(), last, [&](const AttemptHistory::Attempt& attempt) {
        return attempt.pending && now - attempt.at < pending_limit;
    });
    return undecided ? seconds{1} : until(free_again, now);
}

}  // namespace

seconds time_to_wait(const AttemptHistory& history, const ThrottleLimits& limits, WallTime now) {
    const AttemptHistory past = up_to(history, now);
    return std::max(address_wait(past, limits, now), pair_wait(past, limits, now));
}

bool is_last_try(const AttemptHistory& history, const ThrottleLimits& limits, WallTime now) {
    AttemptHistory failed = up_to(history, now);
    failed.of_pair.insert(failed.of_pair.begin(), {.at = now, .pending = false});
    return pair_wait(failed, limits, now) > seconds{0};
}

std::int32_t name_bucket(std::string_view username) {
    const std::string digest = digest::sha256({username});
    return static_cast<std::uint8_t>(digest[0]) << 8 | static_cast<std::uint8_t>(digest[1]);
}

std::string throttle_address(std::string_view client_ip) {
    namespace ip = boost::asio::ip;
    boost::system::error_code ec;
    const ip::address address = ip::make_address(client_ip, ec);
    if (ec) return "unknown";
    if (address.is_v4()) return address.to_string();
    const ip::address_v6 v6 = address.to_v6();
    if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6).to_string();
    ip::address_v6::bytes_type bytes = v6.to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
    return ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace loan_manager::auth::sessions
