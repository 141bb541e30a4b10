#include "trust/source.hpp"

#include <chrono>

#include "rpc/client.hpp"
#include "runtime/uuid.hpp"

namespace loan_manager::trust {
namespace asio = boost::asio;
namespace v1 = loanmanager::auth::v1;
namespace {

// Longer than any healthy answer takes that is not held back, and short enough that a revocation still arrives within a
// second after auth has come back.
constexpr std::chrono::milliseconds fetch_budget{900};

class UpstreamSource final : public Source {
public:
    explicit UpstreamSource(rpc::Upstream& auth) : auth_(auth) {}

    asio::awaitable<rpc::Result<v1::Trust>> fetch(std::int64_t since_epoch, std::chrono::milliseconds hold) override {
        rpc::CallContext context;
        context.request_id = runtime::new_uuid().to_string();
        context.deadline = rpc::CallContext::Clock::now() + fetch_budget + hold;
        v1::GetTrustRequest request;
        request.set_since_epoch(since_epoch);
        request.set_hold_ms(static_cast<std::int32_t>(hold.count()));
        const std::string method = "/loanmanager.auth.v1.TrustService/GetTrust";
        rpc::Result<v1::Trust> trust = co_await rpc::call<v1::Trust>(auth_, method, context, request);
        co_return trust;
    }

private:
    rpc::Upstream& auth_;
};

class LocalSource final : public Source {
public:
    explicit LocalSource(LocalTrust function) : function_(std::move(function)) {}

    asio::awaitable<rpc::Result<v1::Trust>> fetch(std::int64_t since_epoch, std::chrono::milliseconds hold) override {
        return function_(since_epoch, hold);
    }

private:
    LocalTrust function_;
};

}  // namespace

std::shared_ptr<Source> upstream_source(rpc::Upstream& auth) { return std::make_shared<UpstreamSource>(auth); }

std::shared_ptr<Source> local_source(LocalTrust function) { return std::make_shared<LocalSource>(std::move(function)); }

}  // namespace loan_manager::trust
