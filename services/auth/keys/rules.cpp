#include "auth/keys/rules.hpp"

#include <algorithm>

#include "token/jwt.hpp"

namespace loan_manager::auth::keys {

KeyRecord bounded(KeyRecord record, WallTime now) {
    // A key that was to become active at a moment that cannot be meant has been published for a while: active. (What
    // the database would round up must not lie ahead again.)
    if (record.activates_at > now + activation_delay) {
        record.activates_at = std::chrono::floor<std::chrono::microseconds>(now);
    }
    record.valid_until = std::min(record.valid_until, now + publication);
    if (record.retired_at) record.retired_at = std::min(*record.retired_at, now + longest_retirement);
    return record;
}

bool is_published(const KeyRecord& record, WallTime now) {
    return record.valid_until > now && (!record.retired_at || *record.retired_at > now);
}

const KeyRecord* signing_record(const std::vector<KeyRecord>& records,
                                const std::function<bool(std::string_view kid)>& have_private, WallTime now) {
    const KeyRecord* newest = nullptr;
    const KeyRecord* waiting = nullptr;
    std::size_t published = 0;
    for (const KeyRecord& record : records) {
        if (!is_published(record, now)) continue;
        ++published;
        if (!have_private(record.kid)) continue;
        if (record.activates_at > now) {
            waiting = &record;
            continue;
        }
        // Of two keys of the same age every instance must choose the same.
        if (newest == nullptr || record.activates_at > newest->activates_at ||
            (record.activates_at == newest->activates_at && record.kid > newest->kid)) {
            newest = &record;
        }
    }
    return newest == nullptr && published == 1 ? waiting : newest;
}

std::optional<WallTime> next_change(const std::vector<KeyRecord>& records, WallTime now) {
    std::optional<WallTime> next;
    const auto consider = [&](WallTime at) {
        if (at > now && (!next || at < *next)) next = at;
    };
    for (const KeyRecord& record : records) {
        consider(record.activates_at);
        consider(record.valid_until);
        if (record.retired_at) consider(*record.retired_at);
    }
    return next;
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
