#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "loanmanager/auth/v1/auth.pb.h"
#include "token/key_set.hpp"

namespace loan_manager::trust {

/// Keys and revocations at one moment. Immutable.
struct TrustSnapshot {
    token::KeySet keys;
    std::uint64_t generation = 0;                           ///< Raised whenever the keys change.
    std::unordered_map<std::string, std::int32_t> min_ver;  ///< By user; older tokens are refused.
    /// `jti` of single tokens that are refused. Auth bounds the list; every whole list lets those go that have expired.
    std::unordered_set<std::string> revoked_tokens;
};

/// What auth has told so far. Safe from every thread.
class TrustState {
public:
    using SteadyTime = std::chrono::steady_clock::time_point;

    /// `fixed_keys` (a shared secret) replace those of auth.
    explicit TrustState(std::optional<token::KeySet> fixed_keys);

    std::shared_ptr<const TrustSnapshot> current() const;
    /// When auth last answered; nothing before its first answer.
    std::optional<SteadyTime> heard() const;

    /// The epoch to ask from next: once in ten minutes 0, for the whole list, which lets forgotten revocations go.
    std::int64_t next_epoch(SteadyTime now) const;

    /// Takes an answer in. False, and nothing changes, if its key set is unusable.
    bool apply(const loanmanager::auth::v1::Trust& trust, std::int64_t asked_since, SteadyTime now);

private:
    mutable std::mutex mutex_;
    const bool fixed_keys_;
    std::shared_ptr<const TrustSnapshot> snapshot_;
    std::string jwks_;
    std::int64_t epoch_ = 0;
    std::optional<SteadyTime> whole_list_heard_;
    std::optional<SteadyTime> heard_;
};

}  // namespace loan_manager::trust
