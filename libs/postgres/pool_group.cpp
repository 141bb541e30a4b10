#include "postgres/pool.hpp"
#include "postgres/pool_core.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <stdexcept>

namespace loan_manager::postgres {

PoolGroup::PoolGroup(const std::vector<boost::asio::io_context*>& contexts, PoolOptions options)
    : cancellers_(std::make_shared<CancelThreads>()) {
    const std::size_t total = options.max_connections;
    for (std::size_t index = 0; index < contexts.size(); ++index) {
        const std::size_t share = total / contexts.size() + (index < total % contexts.size() ? 1 : 0);
        options.max_connections = std::max<std::size_t>(share, 1);
        pools_.push_back(std::make_unique<Pool>(*contexts[index], options, cancellers_));
    }
}

PoolGroup::~PoolGroup() {
    // A cancel request under way reports back to its loop, so it must be over before the loops go.
    cancellers_->join();
}

Pool& PoolGroup::local() const {
    for (const auto& pool : pools_) {
        if (pool->context().get_executor().running_in_this_thread()) return *pool;
    }
    throw std::logic_error("postgres::PoolGroup::local() was called outside of the loops of the group");
}

void PoolGroup::close() {
    for (const auto& pool : pools_) {
        boost::asio::post(pool->context(), [core = pool->core_] { core->close(); });
    }
}

PoolStats PoolGroup::stats() const {
    PoolStats sum;
    for (const auto& pool : pools_) {
        sum += pool->stats();
    }
    return sum;
}

}  // namespace loan_manager::postgres
