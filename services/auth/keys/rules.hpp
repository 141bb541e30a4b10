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
};

/// A key is published this long after its signer was last seen; a signer renews it when half of that is over.
inline constexpr std::chrono::hours publication{48};

/// Verifiers ask for keys at least twice a second; a new key signs nothing until they have had time to.
inline constexpr std::chrono::seconds activation_delay{3};

/// Whether verifiers still accept tokens of this key.
bool is_published(const KeyRecord& record, WallTime now);

/// The newest active key of those whose private half we have; nullptr if there is none.
const KeyRecord* signing_record(const std::vector<KeyRecord>& records,
                                const std::function<bool(std::string_view kid)>& have_private, WallTime now);

/// When a key that is registered now may sign: at once if there is no other, otherwise after the delay.
WallTime first_use(const std::vector<KeyRecord>& records, WallTime now);

/// Until when a key that is replaced by one active at `replaced_at` must stay published: its last token has expired.
WallTime retirement(WallTime replaced_at, std::chrono::minutes token_life);

}  // namespace loan_manager::auth::keys
