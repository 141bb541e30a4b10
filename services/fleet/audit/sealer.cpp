#include "fleet/audit/sealer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "digest/sha256.hpp"
#include "fleet/audit/repository.hpp"
#include "runtime/log.hpp"

namespace loan_manager::fleet::audit {
namespace {

namespace asio = boost::asio;

// Rows sealed in one transaction.
constexpr int batch = 5000;

}  // namespace

Sealer::Sealer(asio::io_context& home, postgres::PoolGroup& pools, std::chrono::seconds interval)
    : home_(home), pools_(pools), interval_(interval), timer_(home) {}

void Sealer::start() { asio::co_spawn(home_, run(), asio::detached); }

void Sealer::stop() {
    stopping_ = true;
    timer_.cancel();
}

asio::awaitable<void> Sealer::run() {
    while (!stopping_) {
        co_await seal_everything();
        timer_.expires_after(interval_);
        if (!stopping_) {
            co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }
}

asio::awaitable<void> Sealer::seal_everything() {
    Head head;
    std::int64_t rows = 0;
    for (bool more = true; more && !stopping_;) {
        const postgres::Result<std::optional<Head>> sealed = co_await seal(pools_.local(), batch);
        if (!sealed) {
            runtime::log::warning("audit log cannot be sealed", {{"error", postgres::to_string(sealed.error())}});
            break;
        }
        more = *sealed && (*sealed)->sealed == batch;
        if (*sealed && (*sealed)->sealed > 0) {
            head = **sealed;
            rows += head.sealed;
        }
    }
    if (rows > 0) {
        runtime::log::info("audit log sealed",
                           {{"rows", rows},
                            {"position", head.position},
                            {"head", std::to_string(head.position) + ":" + digest::to_hex(head.chain_hash)}});
    }
}

}  // namespace loan_manager::fleet::audit
