// Who has to wait before the next attempt to sign in (D-217). Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace loan_manager::auth::sessions {

using WallTime = std::chrono::system_clock::time_point;

struct ThrottleLimits {
    /// Failures of one account from one address within `window` that make the pair wait; 0 switches it off.
    std::size_t failures = 5;
    std::chrono::minutes window{15};
    std::chrono::minutes wait{15};
    /// Attempts of one address in a minute, whatever the accounts; 0 switches it off.
    std::size_t attempts_per_minute = 20;
    /// An address is known to an account this long after its last good sign-in.
    std::chrono::hours known_for{90 * 24};
};

/// After this time an attempt that never reported its outcome counts as failed: its process has died.
inline constexpr std::chrono::seconds pending_limit{30};

/// What is dated later than this from now was dated by a clock that has been put back since, and says nothing about
/// now: a wait never lasts longer than it could if it began now.
inline constexpr std::chrono::minutes future_tolerance{1};

/// What the database remembers, newest first, read under the lock of the address.
struct AttemptHistory {
    struct Attempt {
        WallTime at;
        bool pending;
    };
    /// Attempts of the address in the last minute, at most `attempts_per_minute`.
    std::vector<WallTime> of_address;
    /// Failed and pending attempts of account and address since the last success, at most `failures`.
    std::vector<Attempt> of_pair;
    /// The user has signed in from this address before: never locked for it.
    bool known_address = false;
};

/// Zero: go ahead. Otherwise how long to wait, rounded up to seconds. Attempts whose outcome is still open count as
/// failures, so that guessing in parallel gains nothing, but cause only a short wait.
std::chrono::seconds time_to_wait(const AttemptHistory& history, const ThrottleLimits& limits, WallTime now);

/// Whether one more failure now would make the pair wait.
bool is_last_try(const AttemptHistory& history, const ThrottleLimits& limits, WallTime now);

/// What is remembered of the user name of an attempt: sixteen bits of its SHA-256. Enough to tell apart the few names
/// that one address tries, and worth nothing to somebody who wants to know what was typed; people type passwords there.
/// Known and unknown names are treated alike, so that they behave alike.
std::int32_t name_bucket(std::string_view username);

/// What counts as one address: IPv4 as it is (also when mapped into IPv6), of IPv6 the /64 that one customer gets.
/// "unknown" for what is no address.
std::string throttle_address(std::string_view client_ip);

}  // namespace loan_manager::auth::sessions
