// The keys a verifier accepts, found by kid.
#pragma once

#include <string_view>
#include <vector>

#include "token/key.hpp"

namespace loan_manager::token {

/// During a rotation the set holds the new key and those whose tokens have not all expired yet. Immutable after
/// it was filled; share it between threads as `std::shared_ptr<const KeySet>` and replace it as a whole.
class KeySet {
public:
    KeySet() = default;

    /// Errc::bad_key when an EdDSA key has no kid or the set has one with the same kid already.
    result<void> add(Key key);

    /// The key a token header points at. Without kid only the sole HS256 key of the set qualifies: an EdDSA
    /// token must name its key. nullptr when there is none.
    const Key* find(std::string_view kid) const noexcept;

    const std::vector<Key>& keys() const noexcept { return keys_; }
    bool empty() const noexcept { return keys_.empty(); }

private:
    std::vector<Key> keys_;
};

}  // namespace loan_manager::token
