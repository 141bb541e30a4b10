#include "lifecycle-refresher/refresh/policy.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace loan_manager::lifecycle {
namespace {

constexpr std::array<std::pair<Trigger, std::string_view>, 4> trigger_tokens{{
    {Trigger::startup, "STARTUP"},
    {Trigger::nightly, "NIGHTLY"},
    {Trigger::event, "EVENT"},
    {Trigger::manual, "MANUAL"},
}};

std::chrono::seconds jitter_of(const RefreshPolicy& policy, WallTime slot) {
    return policy.nightly_jitter ? policy.nightly_jitter(runtime::colombo_date(slot)) : std::chrono::seconds{0};
}

/// When the nightly run is due that has not taken place yet.
WallTime nightly_due(const RefreshPolicy& policy, const ViewState& state, WallTime now) {
    const WallTime slot = last_nightly_slot(policy, now);
    if (!state.last_scheduled || *state.last_scheduled < slot) {
        return slot + jitter_of(policy, slot);
    }
    const WallTime next = runtime::next_colombo(now, policy.nightly_at);
    return next + jitter_of(policy, next);
}

/// Written by a clock that has been put back since: it must not make anything wait until then.
bool is_ahead(const RefreshPolicy& policy, WallTime at, WallTime now) { return at > now + policy.longest_wait; }

WallTime changes_due(const RefreshPolicy& policy, const ViewState& state, WallTime now) {
    const WallTime quiet =
        is_ahead(policy, *state.last_uncovered, now) ? now : *state.last_uncovered + policy.quiet_time;
    const WallTime patience = *state.first_uncovered + policy.longest_wait;
    WallTime due = std::min(quiet, patience);
    if (state.last_finished && !is_ahead(policy, *state.last_finished, now)) {
        const auto gap =
            std::max<std::chrono::milliseconds>(policy.shortest_gap, policy.gap_factor * state.last_duration);
        due = std::max(due, *state.last_finished + gap);
    }
    return due;
}

}  // namespace

std::string_view to_string(Trigger trigger) {
    return std::ranges::find(trigger_tokens, trigger, &std::pair<Trigger, std::string_view>::first)->second;
}

std::optional<Trigger> trigger_from(std::string_view token) {
    const auto found = std::ranges::find(trigger_tokens, token, &std::pair<Trigger, std::string_view>::second);
    return found == trigger_tokens.end() ? std::nullopt : std::optional(found->first);
}

std::chrono::milliseconds retry_delay(const RefreshPolicy& policy, unsigned failures) {
    std::chrono::milliseconds delay = policy.first_retry;
    for (unsigned done = 1; done < failures && delay < policy.longest_retry; ++done) {
        delay *= 2;
    }
    return std::min(delay, policy.longest_retry);
}

WallTime last_nightly_slot(const RefreshPolicy& policy, WallTime now) {
    const WallTime today = runtime::colombo_instant(runtime::colombo_date(now), policy.nightly_at);
    return today <= now ? today : today - std::chrono::days{1};
}

Decision decide(const RefreshPolicy& policy, const ViewState& state, WallTime now) {
    if (state.running) {
        return {};
    }
    WallTime not_before = now;
    if (state.failures > 0 && state.last_finished && !is_ahead(policy, *state.last_finished, now)) {
        not_before = std::max(now, *state.last_finished + retry_delay(policy, state.failures));
    }
    Decision decision;
    const auto consider = [&](Trigger trigger, WallTime due) {
        due = std::max(due, not_before);
        if (due <= now) {
            if (!decision.run) {
                decision.run = trigger;
            }
        } else if (!decision.look_again || due < *decision.look_again) {
            decision.look_again = due;
        }
    };
    if (!state.filled) {
        consider(Trigger::startup, now);
        return decision;
    }
    consider(Trigger::nightly, nightly_due(policy, state, now));
    if (state.failures > 0) {
        consider(state.failed_trigger.value_or(Trigger::event), now);
    }
    if (state.first_uncovered && state.last_uncovered) {
        consider(Trigger::event, changes_due(policy, state, now));
    }
    return decision;
}

}  // namespace loan_manager::lifecycle
