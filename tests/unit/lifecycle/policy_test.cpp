#include "lifecycle-refresher/refresh/policy.hpp"

#include <doctest/doctest.h>

#include "runtime/colombo_time.hpp"

namespace lc = loan_manager::lifecycle;
namespace rt = loan_manager::runtime;
using namespace std::chrono_literals;
using lc::Trigger;
using rt::WallTime;

namespace {

WallTime at(std::string_view text) { return *rt::parse_rfc3339(text); }

/// 12:00 in Colombo, well after tonight's run.
const WallTime noon = at("2026-03-10T06:30:00Z");

lc::RefreshPolicy policy() {
    lc::RefreshPolicy rules;
    rules.nightly_jitter = [](rt::Date) { return 240s; };
    return rules;
}

/// Filled, refreshed last night, nothing to do.
lc::ViewState idle() {
    lc::ViewState state;
    state.filled = true;
    state.last_scheduled = at("2026-03-09T20:34:00Z");
    state.last_finished = at("2026-03-09T20:34:01Z");
    state.last_duration = 1s;
    return state;
}

}  // namespace

TEST_CASE("D-1002 nothing to do: the next look is at the next night's run") {
    const lc::Decision decision = lc::decide(policy(), idle(), noon);
    CHECK_FALSE(decision.run);
    CHECK(decision.look_again == at("2026-03-10T20:34:00Z"));
}

TEST_CASE("D-1002 changes are picked up 2 s after the last relevant one") {
    lc::ViewState state = idle();
    state.first_uncovered = noon - 5s;
    state.last_uncovered = noon - 1999ms;
    const lc::Decision early = lc::decide(policy(), state, noon);
    CHECK_FALSE(early.run);
    CHECK(early.look_again == noon + 1ms);

    CHECK(lc::decide(policy(), state, noon + 1ms).run == Trigger::event);
}

TEST_CASE("D-1002 a steady stream of changes waits at most 15 s from the first uncovered one") {
    lc::ViewState state = idle();
    state.first_uncovered = noon;
    state.last_uncovered = noon + 14900ms;
    CHECK_FALSE(lc::decide(policy(), state, noon + 14999ms).run);
    CHECK(lc::decide(policy(), state, noon + 15s).run == Trigger::event);
}

TEST_CASE("D-1002 not before 10 s since the view's last refresh") {
    lc::ViewState state = idle();
    state.last_finished = noon;
    state.last_duration = 500ms;
    state.first_uncovered = state.last_uncovered = noon + 1s;
    const lc::Decision early = lc::decide(policy(), state, noon + 9s);
    CHECK_FALSE(early.run);
    CHECK(early.look_again == noon + 10s);
    CHECK(lc::decide(policy(), state, noon + 10s).run == Trigger::event);
}

TEST_CASE("D-1002 a slow view rests four times its last duration, even past the 15 s") {
    lc::ViewState state = idle();
    state.last_finished = noon;
    state.last_duration = 7s;
    state.first_uncovered = state.last_uncovered = noon + 1s;
    CHECK(lc::decide(policy(), state, noon + 27s).look_again == noon + 28s);
    CHECK(lc::decide(policy(), state, noon + 28s).run == Trigger::event);
}

TEST_CASE("D-1002 the nightly run is at 02:00 Colombo plus jitter") {
    lc::ViewState state = idle();
    const WallTime two = at("2026-03-10T20:30:00Z");
    CHECK(lc::last_nightly_slot(policy(), two) == two);
    CHECK(lc::last_nightly_slot(policy(), two - 1s) == two - 24h);
    CHECK(lc::decide(policy(), state, two).look_again == two + 240s);
    CHECK(lc::decide(policy(), state, two + 240s).run == Trigger::nightly);

    // An earlier refresh for another reason does not count as tonight's run …
    state.last_finished = two + 60s;
    CHECK(lc::decide(policy(), state, two + 240s).run == Trigger::nightly);
    // … the run itself does, once.
    state.last_scheduled = two + 240s;
    state.last_finished = two + 241s;
    const lc::Decision after = lc::decide(policy(), state, two + 300s);
    CHECK_FALSE(after.run);
    CHECK(after.look_again == two + 24h + 240s);
}

TEST_CASE("D-1002 a missed nightly run is made up at once") {
    lc::ViewState state = idle();
    state.last_scheduled = at("2026-03-07T20:35:00Z");
    CHECK(lc::decide(policy(), state, noon).run == Trigger::nightly);
    state.last_scheduled.reset();
    CHECK(lc::decide(policy(), state, noon).run == Trigger::nightly);
}

TEST_CASE("D-1002 the jitter belongs to the date of the run") {
    lc::RefreshPolicy rules = policy();
    rules.nightly_jitter = [](rt::Date date) { return std::chrono::seconds{unsigned{date.day()}}; };
    CHECK(lc::decide(rules, idle(), noon).look_again == at("2026-03-10T20:30:11Z"));
}

TEST_CASE("D-1001 a view that was never filled is filled first, whatever else is due") {
    lc::ViewState state;
    state.first_uncovered = state.last_uncovered = noon;
    CHECK(lc::decide(policy(), state, noon).run == Trigger::startup);
}

TEST_CASE("D-1003 failures are retried after 30 s, doubling to 10 min, for the reason of the failed run") {
    CHECK(lc::retry_delay(policy(), 1) == 30s);
    CHECK(lc::retry_delay(policy(), 2) == 60s);
    CHECK(lc::retry_delay(policy(), 5) == 480s);
    CHECK(lc::retry_delay(policy(), 6) == 600s);
    CHECK(lc::retry_delay(policy(), 4'000'000'000U) == 600s);

    lc::ViewState state = idle();
    state.failures = 2;
    state.failed_trigger = Trigger::manual;
    state.last_finished = noon;
    state.first_uncovered = state.last_uncovered = noon - 1min;
    const lc::Decision early = lc::decide(policy(), state, noon + 59s);
    CHECK_FALSE(early.run);
    CHECK(early.look_again == noon + 60s);
    CHECK(lc::decide(policy(), state, noon + 60s).run == Trigger::manual);

    state.filled = false;
    CHECK_FALSE(lc::decide(policy(), state, noon + 59s).run);
    CHECK(lc::decide(policy(), state, noon + 60s).run == Trigger::startup);
}

TEST_CASE("D-1002 what was dated by a clock that was ahead makes nothing wait until then") {
    lc::ViewState state = idle();
    state.first_uncovered = noon - 5s;
    state.last_uncovered = noon + 5h + 30min;
    CHECK(lc::decide(policy(), state, noon).run == Trigger::event);
    state.first_uncovered = noon + 5h;
    CHECK(lc::decide(policy(), state, noon).run == Trigger::event);
    // Its last run ended in that future, well or not.
    state.last_finished = noon + 5h + 30min;
    CHECK(lc::decide(policy(), state, noon).run == Trigger::event);
    state.failures = 3;
    state.failed_trigger = Trigger::event;
    CHECK(lc::decide(policy(), state, noon).run == Trigger::event);
}

TEST_CASE("D-1001 one refresh per view at a time: while one runs nothing is due") {
    lc::ViewState state = idle();
    state.running = true;
    state.last_scheduled.reset();
    state.first_uncovered = state.last_uncovered = noon - 1h;
    const lc::Decision decision = lc::decide(policy(), state, noon);
    CHECK_FALSE(decision.run);
    CHECK_FALSE(decision.look_again);
}

TEST_CASE("triggers are spelled as they are stored") {
    for (Trigger trigger : {Trigger::startup, Trigger::nightly, Trigger::event, Trigger::manual}) {
        CHECK(lc::trigger_from(lc::to_string(trigger)) == trigger);
    }
    CHECK(lc::to_string(Trigger::nightly) == "NIGHTLY");
    CHECK_FALSE(lc::trigger_from("nightly"));
}
