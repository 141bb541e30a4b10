#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <span>
#include <string>

#include "lifecycle-refresher/refresh/refresher.hpp"
#include "loanmanager/lifecycle/v1/lifecycle.pb.h"
#include "rpc/context.hpp"
#include "rpc/error.hpp"

namespace loan_manager::lifecycle {

/// The way from any event loop to the one the Refresher lives on. Any thread.
class RefreshGate {
public:
    RefreshGate(boost::asio::io_context& home, Refresher& refresher) : home_(home), refresher_(refresher) {}

    /// Starts a run of each view, or finds the one under way; adds them to `runs`.
    /// It is not cancelled with its caller: a run that was recorded goes on in any case. Errors: UNAVAILABLE.
    boost::asio::awaitable<rpc::Result<void>> start(const rpc::CallContext& call,
                                                    std::span<const ViewDefinition* const> views, Trigger trigger,
                                                    std::optional<std::string> requested_by,
                                                    loanmanager::lifecycle::v1::RefreshRuns& runs);

private:
    boost::asio::io_context& home_;
    Refresher& refresher_;
};

}  // namespace loan_manager::lifecycle
