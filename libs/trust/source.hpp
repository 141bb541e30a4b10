#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "loanmanager/auth/v1/auth.pb.h"
#include "rpc/error.hpp"

namespace loan_manager::rpc {
class Upstream;
}

namespace loan_manager::trust {

/// Where keys and revocations come from. May be called on several loops at once.
class Source {
public:
    virtual ~Source() = default;

    /// Everything since `since_epoch` (0: everything still relevant). Auth may hold the answer back for `hold` while
    /// there is nothing new.
    virtual boost::asio::awaitable<rpc::Result<loanmanager::auth::v1::Trust>> fetch(std::int64_t since_epoch,
                                                                                    std::chrono::milliseconds hold) = 0;
};

/// Asks auth's TrustService. The upstream must outlive the source.
std::shared_ptr<Source> upstream_source(rpc::Upstream& auth);

/// Asks a function of the same process: auth itself.
using LocalTrust = std::function<boost::asio::awaitable<rpc::Result<loanmanager::auth::v1::Trust>>(
    std::int64_t since_epoch, std::chrono::milliseconds hold)>;
std::shared_ptr<Source> local_source(LocalTrust function);

}  // namespace loan_manager::trust
