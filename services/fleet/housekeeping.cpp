#include "fleet/housekeeping.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

#include "runtime/log.hpp"

namespace loan_manager::fleet {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds look_every{1};
constexpr std::chrono::minutes sweep_every{10};
constexpr postgres::Statement look_at_schema{"housekeeping.look", "SELECT 1 FROM fleet.companies LIMIT 1"};

}  // namespace

Housekeeping::Housekeeping(asio::io_context& home, postgres::PoolGroup& pools, commands::Runner& runner)
    : home_(home), pools_(pools), runner_(runner), timer_(home) {}

void Housekeeping::start() { asio::co_spawn(home_, run(), asio::detached); }

void Housekeeping::stop() {
    stopping_ = true;
    timer_.cancel();
}

asio::awaitable<void> Housekeeping::run() {
    auto next_sweep = std::chrono::steady_clock::now();
    while (!stopping_) {
        co_await look();
        if (healthy_ && std::chrono::steady_clock::now() >= next_sweep) {
            const postgres::Result<std::int64_t> swept = co_await runner_.sweep();
            if (swept && *swept > 0) {
                runtime::log::info("expired answers removed", {{"rows", *swept}});
            }
            next_sweep = std::chrono::steady_clock::now() + sweep_every;
        }
        timer_.expires_after(look_every);
        if (!stopping_) {
            co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }
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

}  // namespace loan_manager::fleet
