#include "postgres/pool.hpp"

#include "postgres/pool_core.hpp"

namespace loan_manager::postgres {

namespace asio = boost::asio;

PoolStats& PoolStats::operator+=(const PoolStats& other) {
    connections += other.connections;
    idle += other.idle;
    in_use += other.in_use;
    recovering += other.recovering;
    waiting += other.waiting;
    available = available && other.available;
    acquired += other.acquired;
    exhausted += other.exhausted;
    opened += other.opened;
    connect_failures += other.connect_failures;
    broken += other.broken;
    cancelled += other.cancelled;
    return *this;
}

Lease::Lease(std::shared_ptr<detail::PoolCore> pool, std::unique_ptr<Connection> connection, Deadline expires,
             detail::Lane* lane)
    : pool_(std::move(pool)), connection_(std::move(connection)), expires_(expires), lane_(lane) {}

Lease::Lease(Lease&& other) noexcept = default;

Lease& Lease::operator=(Lease&& other) noexcept {
    if (this != &other) {
        give_back();
        pool_ = std::move(other.pool_);
        connection_ = std::move(other.connection_);
        expires_ = other.expires_;
        lane_ = other.lane_;
    }
    return *this;
}

Lease::~Lease() { give_back(); }

void Lease::give_back() noexcept {
    if (connection_ != nullptr) pool_->release(std::move(connection_), expires_, *lane_);
}

Pool::Pool(asio::io_context& context, PoolOptions options, std::shared_ptr<CancelThreads> cancellers) {
    if (cancellers == nullptr) {
        own_cancellers_ = std::make_shared<CancelThreads>();
        cancellers = own_cancellers_;
    }
    core_ = std::make_shared<detail::PoolCore>(context, std::move(options), std::move(cancellers));
}

Pool::~Pool() {
    core_->close();
    if (own_cancellers_ != nullptr) own_cancellers_->join();
}

asio::awaitable<Result<Lease>> Pool::acquire(OptionalDeadline deadline) { return core_->acquire(deadline); }

asio::awaitable<Result<Rows>> Pool::execute(const Statement& statement, const Params& params,
                                            OptionalDeadline deadline) {
    const Result<Lease> lease = co_await core_->acquire(deadline);
    if (!lease) co_return lease.error();
    co_return co_await lease.value()->execute(statement, params);
}

asio::awaitable<Result<Rows>> Pool::execute(const Statement& statement, OptionalDeadline deadline) {
    const Result<Lease> lease = co_await core_->acquire(deadline);
    if (!lease) co_return lease.error();
    co_return co_await lease.value()->execute(statement);
}

asio::awaitable<Result<Rows>> Pool::query(const std::string& sql, const Params& params, OptionalDeadline deadline) {
    const Result<Lease> lease = co_await core_->acquire(deadline);
    if (!lease) co_return lease.error();
    co_return co_await lease.value()->query(sql, params);
}

asio::awaitable<Result<std::vector<Rows>>> Pool::run(const Batch& batch, OptionalDeadline deadline) {
    const Result<Lease> lease = co_await core_->acquire(deadline);
    if (!lease) co_return lease.error();
    co_return co_await lease.value()->run(batch);
}

void Pool::close() { core_->close(); }

PoolStats Pool::stats() const { return core_->stats(); }

asio::io_context& Pool::context() const { return core_->context(); }

}  // namespace loan_manager::postgres
