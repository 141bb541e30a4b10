#include "fleet/housekeeping.hpp"

#include "runtime/log.hpp"

namespace loan_manager::fleet {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds look_every{1};
constexpr std::chrono::minutes sweep_every{10};
constexpr std::chrono::minutes prune_every{10};
constexpr std::int32_t prune_step = 500;
constexpr postgres::Statement prune_outbox{"housekeeping.prune_outbox", "SELECT fleet.prune_outbox($1, $2)"};
constexpr postgres::Statement look_at_schema{"housekeeping.look", "SELECT 1 FROM fleet.companies LIMIT 1"};

runtime::PeriodicOptions every(std::chrono::milliseconds interval, const char* name) {
    runtime::PeriodicOptions options;
    options.name = name;
    options.interval = interval;
    return options;
}

}  // namespace

Housekeeping::Housekeeping(asio::io_context& home, postgres::Pool& pool, commands::Runner& runner,
                           std::int32_t outbox_keep_days)
    : pool_(pool),
      runner_(runner),
      outbox_keep_days_(outbox_keep_days),
      looking_(home.get_executor(), every(look_every, "database look"), [this] { return look(); }),
      sweeping_(home.get_executor(), every(sweep_every, "expired answers"), [this] { return sweep(); }),
      pruning_(home.get_executor(), every(prune_every, "outbox pruning"), [this] { return prune(); }) {}

void Housekeeping::start() {
    looking_.start();
    sweeping_.start();
    pruning_.start();
}

void Housekeeping::stop() {
    looking_.stop();
    sweeping_.stop();
    pruning_.stop();
}

bool Housekeeping::wait_idle(std::chrono::steady_clock::time_point deadline) {
    const bool looked = looking_.wait_idle(deadline);
    const bool swept = sweeping_.wait_idle(deadline);
    return pruning_.wait_idle(deadline) && swept && looked;
}

asio::awaitable<void> Housekeeping::look() {
    const auto deadline = std::chrono::steady_clock::now() + look_every;
    const postgres::Result<postgres::Rows> looked = co_await pool_.execute(look_at_schema, deadline);
    if (!looked) {
        looking_.note_failure();
    }
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
            sweeping_.note_failure();
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

asio::awaitable<void> Housekeeping::prune() {
    std::int64_t removed = 0;
    for (bool more = true; more && !pruning_.stopping();) {
        const postgres::Params params(outbox_keep_days_, prune_step);
        const postgres::Result<postgres::Rows> step = co_await pool_.execute(prune_outbox, params);
        if (!step) {
            pruning_.note_failure();
            runtime::log::warning("old events cannot be removed", {{"error", postgres::to_string(step.error())}});
            break;
        }
        const auto rows = step->front().get<std::int32_t>(0);
        removed += rows;
        more = rows == prune_step;
    }
    if (removed > 0) {
        runtime::log::info("old events removed from the outbox", {{"rows", removed}});
    }
}

}  // namespace loan_manager::fleet
