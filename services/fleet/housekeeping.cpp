#include "fleet/housekeeping.hpp"

#include "runtime/log.hpp"

namespace loan_manager::fleet {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds look_every{1};
constexpr std::chrono::minutes sweep_every{10};
constexpr postgres::Statement look_at_schema{"housekeeping.look", "SELECT 1 FROM fleet.companies LIMIT 1"};

runtime::PeriodicOptions every(std::chrono::milliseconds interval, const char* name) {
    runtime::PeriodicOptions options;
    options.name = name;
    options.interval = interval;
    return options;
}

}  // namespace

Housekeeping::Housekeeping(asio::io_context& home, postgres::PoolGroup& pools, commands::Runner& runner)
    : pools_(pools),
      runner_(runner),
      looking_(home.get_executor(), every(look_every, "database look"), [this] { return look(); }),
      sweeping_(home.get_executor(), every(sweep_every, "expired answers"), [this] { return sweep(); }) {}

void Housekeeping::start() {
    looking_.start();
    sweeping_.start();
}

void Housekeeping::stop() {
    looking_.stop();
    sweeping_.stop();
}

bool Housekeeping::wait_idle(std::chrono::steady_clock::time_point deadline) {
    const bool looked = looking_.wait_idle(deadline);
    return sweeping_.wait_idle(deadline) && looked;
}

asio::awaitable<void> Housekeeping::look() {
    const auto deadline = std::chrono::steady_clock::now() + look_every;
    const postgres::Result<postgres::Rows> looked = co_await pools_.local().execute(look_at_schema, deadline);
    if (looked.has_value() != healthy_) {
        healthy_ = looked.has_value();
        if (healthy_) {
            runtime::log::info("database is there");
        } else {
            runtime::log::warning("database cannot be used", {{"error", postgres::to_string(looked.error())}});
        }
    }
}

asio::awaitable<void> Housekeeping::sweep() {
    std::int64_t removed = 0;
    for (bool more = true; more && !sweeping_.stopping();) {
        const postgres::Result<std::int64_t> step = co_await runner_.sweep();
        if (!step) {
            runtime::log::warning("expired answers cannot be removed", {{"error", postgres::to_string(step.error())}});
            break;
        }
        removed += *step;
        more = *step == commands::Runner::sweep_step;
    }
    if (removed > 0) {
        runtime::log::info("expired answers removed", {{"rows", removed}});
    }
}

}  // namespace loan_manager::fleet
