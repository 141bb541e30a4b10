// Which key signs, and which keys verifiers are told of. Pure.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loan_manager::auth::keys {

using WallTime = std::chrono::system_clock::time_point;

/// The public half of a signing key as the database knows it.
struct KeyRecord {
    std::string kid;
    std::string public_jwk;
    WallTime activates_at;
    WallTime valid_until;
    std::optional<WallTime> retired_at;

    friend bool operator==(const KeyRecord&, const KeyRecord&) = default;
};

/// A key is published this long after its signer was last seen; a signer renews it when half of that is over.
inline constexpr std::chrono::hours publication{48};

/// Verifiers ask for keys at least twice a second; a new key signs nothing until they have had time to.
inline constexpr std::chrono::seconds activation_delay{3};

/// How long after it was replaced a key can have tokens alive, whatever ACCESS_TOKEN_EXPIRE_MINUTES was then.
inline constexpr std::chrono::hours longest_retirement{25};

/// Brings instants that were written by a clock that was ahead back to what they can mean at most: no key becomes
/// active later than `activation_delay` from now, is published longer than `publication`, or retires later than
/// `longest_retirement`.
KeyRecord bounded(KeyRecord record, WallTime now);

/// Whether verifiers still accept tokens of this key.
bool is_published(const KeyRecord& record, WallTime now);

/// The newest active key of those whose private half we have. If none is active yet, but ours is the only key there is,
/// that one: nobody is better off waiting. nullptr if there is none. The records are `bounded`.
const KeyRecord* signing_record(const std::vector<KeyRecord>& records,
                                const std::function<bool(std::string_view kid)>& have_private, WallTime now);

/// When a record next means something else than now, if nobody changes it; nothing if never.
std::optional<WallTime> next_change(const std::vector<KeyRecord>& records, WallTime now);

/// When a key that is registered now may sign: at once if there is no other, otherwise after the delay.
WallTime first_use(const std::vector<KeyRecord>& records, WallTime now);

/// Until when a key that is replaced by one active at `replaced_at` must stay published: its last token has expired.
WallTime retirement(WallTime replaced_at, std::chrono::minutes token_life);

}  // namespace loan_manager::auth::keys
