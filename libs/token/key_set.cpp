#include "token/key_set.hpp"

namespace loan_manager::token {

result<void> KeySet::add(Key key) {
    if (key.algorithm() == Algorithm::eddsa && key.kid().empty()) return Errc::bad_key;
    for (const Key& present : keys_) {
        if (present.kid() == key.kid()) return Errc::bad_key;
    }
    keys_.push_back(std::move(key));
    return {};
}

const Key* KeySet::find(std::string_view kid) const noexcept {
    if (!kid.empty()) {
        for (const Key& key : keys_) {
            if (key.kid() == kid) return &key;
        }
        return nullptr;
    }
    const Key* found = nullptr;
    for (const Key& key : keys_) {
        if (key.algorithm() != Algorithm::hs256) continue;
        if (found != nullptr) return nullptr;
        found = &key;
    }
    return found;
}

}  // namespace loan_manager::token
