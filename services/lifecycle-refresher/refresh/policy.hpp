#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

#include "runtime/colombo_time.hpp"

namespace loan_manager::lifecycle {

using runtime::Date;
using runtime::WallTime;

/// Why a refresh runs; the tokens of `view_refreshes.trigger`.
enum class Trigger { startup, nightly, event, manual };

std::string_view to_string(Trigger trigger);
std::optional<Trigger> trigger_from(std::string_view token);

/// When views are refreshed (D-1002, D-1003). The defaults are the rules; tests shorten them.
struct RefreshPolicy {
    std::chrono::milliseconds quiet_time{2'000};     ///< After the last relevant change …
    std::chrono::milliseconds longest_wait{15'000};  ///< … but at most this long after the first uncovered one …
    std::chrono::milliseconds shortest_gap{10'000};  ///< … and never sooner than this after the view's last refresh,
    int gap_factor = 4;                              ///< nor than this many times its duration.
    std::chrono::milliseconds first_retry{30'000};   ///< After a failure; doubles with each further one …
    std::chrono::milliseconds longest_retry{600'000};  ///< … up to this.
    std::chrono::minutes nightly_at{120};              ///< Time of day in Colombo.
    /// How long after `nightly_at` the run of that date begins; 0 to 10 minutes. Must answer the same for the same
    /// date as long as the process lives.
    std::function<std::chrono::seconds(Date)> nightly_jitter;
};

/// What the database says about one view, read in one statement with the `now` given to `decide`.
struct ViewState {
    bool filled = false;                         ///< Has been filled once.
    bool running = false;                        ///< A refresh is under way, here or in another instance.
    std::optional<WallTime> last_finished;       ///< End of the last run, whatever became of it.
    std::chrono::milliseconds last_duration{0};  ///< Of that run.
    /// Failed runs since the last successful one, and why the last of them ran.
    unsigned failures = 0;
    std::optional<Trigger> failed_trigger;
    /// Start of the last successful nightly or first fill.
    std::optional<WallTime> last_scheduled;
    /// Times of the oldest and the newest relevant outbox row that the last successful refresh does not cover.
    std::optional<WallTime> first_uncovered;
    std::optional<WallTime> last_uncovered;
};

/// What to do now.
struct Decision {
    std::optional<Trigger> run;          ///< Refresh at once, for this reason.
    std::optional<WallTime> look_again;  ///< Otherwise: when something becomes due if nothing else happens.
};

/// Decides for one view at one instant. Pure.
///
/// While a run is under way nothing is due. A view never filled is filled (STARTUP); then, in this order, a nightly
/// run that is due or was missed, the retry of a failed run, and pending changes. After a failure everything waits
/// for the retry's time. Instants that lie more than `longest_wait` ahead make nothing wait: the clock was put back.
Decision decide(const RefreshPolicy& policy, const ViewState& state, WallTime now);

/// How long after the n-th failure in a row (n ≥ 1) the next attempt is made.
std::chrono::milliseconds retry_delay(const RefreshPolicy& policy, unsigned failures);

/// The last instant not after `now` at which a nightly run was planned, without its jitter.
WallTime last_nightly_slot(const RefreshPolicy& policy, WallTime now);

}  // namespace loan_manager::lifecycle
