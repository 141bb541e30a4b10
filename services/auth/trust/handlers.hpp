// What verifiers of tokens ask for.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>

#include "auth/parts.hpp"
#include "auth/trust/watch.hpp"
#include "loanmanager/auth/v1/auth.pb.h"
#include "rpc/context.hpp"
#include "rpc/error.hpp"

namespace loan_manager::auth::trust {

/// All state is in the database: any instance answers for all.
class Handlers {
public:
    Handlers(const Parts& parts, EpochWatch& watch) : parts_(parts), watch_(watch) {}

    /// Keys, and the revocations since an epoch that can still concern a living token. An epoch from the future (the
    /// database was restored from a backup) counts as 0. Held back for as long as the caller wants and there is nothing
    /// new. UNAVAILABLE until a key has been published.
    boost::asio::awaitable<rpc::Result<loanmanager::auth::v1::Trust>> get_trust(
        rpc::CallContext& call, const loanmanager::auth::v1::GetTrustRequest& request);

    boost::asio::awaitable<rpc::Result<loanmanager::auth::v1::Jwks>> get_jwks(
        rpc::CallContext& call, const loanmanager::auth::v1::GetJwksRequest& request);

    /// get_trust for the auth process itself.
    boost::asio::awaitable<rpc::Result<loanmanager::auth::v1::Trust>> trust_since(
        std::int64_t epoch, std::chrono::milliseconds hold = std::chrono::milliseconds{0});

private:
    boost::asio::awaitable<rpc::Result<loanmanager::auth::v1::Trust>> look(std::int64_t epoch);

    Parts parts_;
    EpochWatch& watch_;
};

}  // namespace loan_manager::auth::trust
