#include "fleet/bikes/reservation_expiry.hpp"

#include <vector>

#include "commands/system_call.hpp"
#include "fleet/bikes/commands.hpp"
#include "fleet/bikes/rows.hpp"
#include "runtime/log.hpp"

namespace loan_manager::fleet::bikes {

namespace asio = boost::asio;
namespace log = runtime::log;

namespace {

constexpr std::chrono::minutes time_of_day{15};
constexpr std::chrono::minutes retry_after{1};
/// The clock is looked at this often, so that it may be corrected without a run being missed.
constexpr std::chrono::seconds look_every{1};
constexpr std::chrono::seconds budget{10};

runtime::PeriodicOptions looks() {
    runtime::PeriodicOptions options;
    options.name = "reservation expiry";
    options.interval = look_every;
    return options;
}

}  // namespace

ReservationExpiry::ReservationExpiry(asio::io_context& home, postgres::PoolGroup& pools, commands::Runner& runner,
                                     const runtime::Clock& clock, std::size_t step)
    : pools_(pools), runner_(runner), clock_(clock), step_(step), looks_(home.get_executor(), looks(), [this] {
          return run_if_due();
      }) {}

asio::awaitable<void> ReservationExpiry::run_if_due() {
    const auto now = clock_.now();
    const auto last_slot = runtime::next_colombo(now, time_of_day) - std::chrono::days(1);
    // The clock was put back since: that night is still to come.
    if (done_ && *done_ > now) {
        done_ = last_slot;
    }
    if ((done_ && *done_ >= last_slot) || clock_.steady_now() < not_before_) {
        co_return;
    }
    const bool complete = co_await release_expired(runtime::colombo_date(last_slot));
    if (complete) {
        done_ = last_slot;
    } else {
        looks_.note_failure();
        not_before_ = clock_.steady_now() + retry_after;
    }
}

asio::awaitable<bool> ReservationExpiry::release_expired(runtime::Date today) {
    bool complete = true;
    std::string after = commands::no_id;
    for (bool more = true; more;) {
        std::vector<std::string> bikes;
        try {
            sql::RoundTrip trip;
            const auto found = add_expired_reservations(trip, today, after, step_);
            co_await trip.run(pools_.local(), std::chrono::steady_clock::now() + budget);
            bikes = trip[found];
        } catch (const postgres::Failure& failure) {
            log::warning("expired reservations cannot be looked for",
                         {{"error", postgres::to_string(failure.error())}});
            co_return false;
        }
        for (const std::string& bike : bikes) {
            if (looks_.stopping()) {
                co_return false;
            }
            const bool dealt_with = co_await release(bike, today);
            complete = complete && dealt_with;
        }
        more = bikes.size() == step_;
        if (more) {
            after = bikes.back();
        }
    }
    co_return complete;
}

asio::awaitable<bool> ReservationExpiry::release(std::string bicycle_id, runtime::Date today) {
    rpc::CallContext call = commands::system_call("reservation expiry", budget);
    v1::BikeCommandRequest request;
    request.set_id(bicycle_id);
    const rpc::Result<v1::Bike> released = co_await runner_.run(call, request, &expire, today);
    if (released) {
        log::info("reservation expired", {{"request_id", call.request_id}, {"bicycle_id", bicycle_id}});
        co_return true;
    }
    if (released.error().code == "INVALID_STATE") {
        co_return true;  // somebody else has dealt with it
    }
    log::warning(
        "an expired reservation cannot be released",
        {{"request_id", call.request_id}, {"bicycle_id", bicycle_id}, {"error", released.error().code.name()}});
    co_return false;
}

}  // namespace loan_manager::fleet::bikes
