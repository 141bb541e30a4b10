#include "trust/knowledge.hpp"

#include <algorithm>

#include "token/jwk.hpp"

namespace loan_manager::trust {
namespace {

// At two questions a second: once every ten minutes.
constexpr unsigned whole_list_every = 1200;

}  // namespace

TrustState::TrustState(std::optional<token::KeySet> fixed_keys) : fixed_keys_(fixed_keys.has_value()) {
    auto knowledge = std::make_shared<Knowledge>();
    if (fixed_keys) {
        knowledge->keys = std::move(*fixed_keys);
    }
    knowledge_ = std::move(knowledge);
}

std::shared_ptr<const Knowledge> TrustState::current() const {
    const std::lock_guard lock(mutex_);
    return knowledge_;
}

std::optional<TrustState::SteadyTime> TrustState::heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
}

std::int64_t TrustState::next_epoch() {
    const std::lock_guard lock(mutex_);
    return asked_++ % whole_list_every == 0 ? 0 : epoch_;
}

bool TrustState::apply(const loanmanager::auth::v1::Trust& trust, std::int64_t asked_since, SteadyTime now) {
    const std::lock_guard lock(mutex_);
    const bool whole_list = asked_since == 0;
    const bool new_keys = !fixed_keys_ && (trust.jwks() != jwks_ || !heard_);
    if (new_keys || whole_list || trust.revocations_size() > 0 || trust.revoked_tokens_size() > 0) {
        auto next = std::make_shared<Knowledge>(*knowledge_);
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
        knowledge_ = std::move(next);
        jwks_ = trust.jwks();
    }
    // Going back (auth's database was restored): ask for everything next time.
    epoch_ = trust.epoch() < epoch_ && !whole_list ? 0 : trust.epoch();
    heard_ = now;
    return true;
}

}  // namespace loan_manager::trust
