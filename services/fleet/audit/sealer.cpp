#include "fleet/audit/sealer.hpp"

#include "digest/sha256.hpp"
#include "fleet/audit/chain.hpp"
#include "runtime/log.hpp"

namespace loan_manager::fleet::audit {
namespace {

namespace asio = boost::asio;

runtime::PeriodicOptions every(std::chrono::seconds interval) {
    runtime::PeriodicOptions options;
    options.name = "audit sealing";
    options.interval = interval;
    return options;
}

}  // namespace

Sealer::Sealer(asio::io_context& home, postgres::PoolGroup& pools, std::chrono::seconds interval)
    : pools_(pools), rounds_(home.get_executor(), every(interval), [this] { return seal_everything(); }) {}

asio::awaitable<void> Sealer::seal_everything() {
    Head head;
    std::int64_t rows = 0;
    for (bool more = true; more && !rounds_.stopping();) {
        const postgres::Result<std::optional<Head>> sealed = co_await seal(pools_.local(), step);
        if (!sealed) {
            rounds_.note_failure();
            runtime::log::warning("audit log cannot be sealed", {{"error", postgres::to_string(sealed.error())}});
            break;
        }
        more = *sealed && (*sealed)->sealed == step;
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
