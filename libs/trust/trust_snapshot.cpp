#include "trust/trust_snapshot.hpp"

#include <algorithm>

#include "token/jwk.hpp"

namespace loan_manager::trust {
namespace {

constexpr std::chrono::minutes whole_list_every{10};

}  // namespace

TrustState::TrustState(std::optional<token::KeySet> fixed_keys) : fixed_keys_(fixed_keys.has_value()) {
    auto snapshot = std::make_shared<TrustSnapshot>();
    if (fixed_keys) {
        snapshot->keys = std::move(*fixed_keys);
    }
    snapshot_ = std::move(snapshot);
}

std::shared_ptr<const TrustSnapshot> TrustState::current() const {
    const std::lock_guard lock(mutex_);
    return snapshot_;
}

std::optional<TrustState::SteadyTime> TrustState::heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
}

std::int64_t TrustState::next_epoch(SteadyTime now) const {
    const std::lock_guard lock(mutex_);
    return !whole_list_heard_ || now - *whole_list_heard_ >= whole_list_every ? 0 : epoch_;
}

bool TrustState::apply(const loanmanager::auth::v1::Trust& trust, std::int64_t asked_since, SteadyTime now) {
    const std::lock_guard lock(mutex_);
    // An answer may be overtaken by a newer one; then it adds what it knows and takes nothing back.
    const bool overtaken = trust.epoch() < epoch_;
    const bool whole_list = asked_since == 0 && !overtaken;
    const bool new_keys = !fixed_keys_ && !overtaken && (trust.jwks() != jwks_ || !heard_);
    if (new_keys || whole_list || trust.revocations_size() > 0 || trust.revoked_tokens_size() > 0) {
        auto next = std::make_shared<TrustSnapshot>(*snapshot_);
        if (new_keys) {
            token::result<token::KeySet> keys = token::parse_jwks(trust.jwks());
            if (!keys || keys->empty()) {
                return false;
            }
            next->keys = std::move(*keys);
            next->generation += 1;
        }
        if (whole_list) {
            next->min_ver.clear();
            next->revoked_tokens.clear();
        }
        for (const loanmanager::auth::v1::Revocation& revocation : trust.revocations()) {
            std::int32_t& min_ver = next->min_ver[revocation.user_id()];
            min_ver = std::max(min_ver, revocation.min_ver());
        }
        next->revoked_tokens.insert(trust.revoked_tokens().begin(), trust.revoked_tokens().end());
        snapshot_ = std::move(next);
        if (new_keys) {
            jwks_ = trust.jwks();
        }
    }
    // Overtaken, or going back because auth's database was restored: ask for everything next time.
    epoch_ = overtaken ? 0 : trust.epoch();
    if (whole_list) {
        whole_list_heard_ = now;
    }
    heard_ = now;
    return true;
}

}  // namespace loan_manager::trust
