#include "lifecycle-refresher/views/refresh_gate.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "commands/errors.hpp"

namespace loan_manager::lifecycle {

namespace asio = boost::asio;

asio::awaitable<rpc::Result<void>> RefreshGate::start(const rpc::CallContext& call,
                                                      std::span<const ViewDefinition* const> views, Trigger trigger,
                                                      std::optional<std::string> requested_by,
                                                      loanmanager::lifecycle::v1::RefreshRuns& runs) {
    for (const ViewDefinition* view : views) {
        auto work = refresher_.start(*view, trigger, requested_by);
        // An empty slot: the caller's cancellation would otherwise be delivered from the caller's thread.
        postgres::Result<Run> run = co_await asio::co_spawn(
            home_, std::move(work), asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable));
        if (!run) {
            co_return commands::to_rpc_error(run.error(), call.request_id);
        }
        *runs.add_items() = *std::move(run);
    }
    co_return rpc::Result<void>();
}

}  // namespace loan_manager::lifecycle
