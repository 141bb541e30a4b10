#include "auth/keys/rules.hpp"

#include <algorithm>

#include "token/jwt.hpp"

namespace loan_manager::auth::keys {

bool is_published(const KeyRecord& record, WallTime now) {
    return record.valid_until > now && (!record.retired_at || *record.retired_at > now);
}

const KeyRecord* signing_record(const std::vector<KeyRecord>& records,
                                const std::function<bool(std::string_view kid)>& have_private, WallTime now) {
    const KeyRecord* newest = nullptr;
    for (const KeyRecord& record : records) {
        if (record.activates_at > now || !is_published(record, now) || !have_private(record.kid)) continue;
        // Of two keys of the same age every instance must choose the same.
        if (newest == nullptr || record.activates_at > newest->activates_at ||
            (record.activates_at == newest->activates_at && record.kid > newest->kid)) {
            newest = &record;
        }
    }
    return newest;
}

WallTime first_use(const std::vector<KeyRecord>& records, WallTime now) {
    const bool alone = std::none_of(records.begin(), records.end(),
                                    [&](const KeyRecord& record) { return is_published(record, now); });
    return alone ? now : now + activation_delay;
}

WallTime retirement(WallTime replaced_at, std::chrono::minutes token_life) {
    return replaced_at + token_life + token::max_leeway;
}

}  // namespace loan_manager::auth::keys
