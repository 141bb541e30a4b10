#include "lifecycle-refresher/control/handlers.hpp"

#include <utility>
#include <vector>

#include "commands/journal.hpp"
#include "commands/system_call.hpp"
#include "lifecycle-refresher/refresh/repository.hpp"
#include "lifecycle-refresher/views/messages.hpp"
#include "runtime/clock.hpp"
#include "runtime/uuid.hpp"

namespace loan_manager::lifecycle {
namespace {

namespace v1 = loanmanager::lifecycle::v1;
using boost::asio::awaitable;

/// D-219: an order of the command line is audited too. It has no user; the host's own logs know who gave it.
rpc::CallContext order_of(const rpc::CallContext& call) {
    rpc::CallContext order = commands::system_call(call.method, std::chrono::seconds(10));
    order.request_id = call.request_id;
    order.user_agent = "loan-managerctl";
    return order;
}

/// The timer may say that it is the nightly run; nothing else is left to callers.
Trigger trigger_of(const v1::StartRefreshRequest& request) {
    return request.trigger() == v1::REFRESH_TRIGGER_NIGHTLY ? Trigger::nightly : Trigger::manual;
}

}  // namespace

awaitable<rpc::Result<v1::RefreshRuns>> ControlHandlers::start(rpc::CallContext& call,
                                                               const v1::StartRefreshRequest& request) {
    std::vector<const ViewDefinition*> wanted;
    for (const std::string& name : request.view_names()) {
        const ViewDefinition* view = find_view(name);
        if (view == nullptr) {
            co_return no_such_view();
        }
        wanted.push_back(view);
    }
    if (wanted.empty()) {
        for (const ViewDefinition& view : views()) {
            wanted.push_back(&view);
        }
    }
    v1::RefreshRuns runs;
    rpc::Result<void> started = co_await gate_.start(call, wanted, trigger_of(request), std::nullopt, runs);
    if (!started) {
        co_return started.error();
    }
    std::vector<commands::Change> changes;
    for (const Run& run : runs.items()) {
        changes.push_back(ordered(run));
    }
    postgres::Batch audit;
    commands::add_journal(audit, order_of(call), runtime::system_clock().now(), changes, {}, {});
    static_cast<void>((co_await pools_.local().run(audit, call.deadline)).value());
    co_return runs;
}

awaitable<rpc::Result<v1::RefreshRuns>> ControlHandlers::runs(rpc::CallContext& call,
                                                              const v1::GetRefreshRunsRequest& request) {
    std::vector<std::string> ids;
    for (const std::string& id : request.ids()) {
        if (runtime::is_uuid(id)) {
            ids.push_back(id);
        }
    }
    postgres::Lease lease = (co_await pools_.local().acquire(call.deadline)).value();
    const std::vector<Run> found = (co_await repository::by_ids(*lease, ids)).value();
    v1::RefreshRuns answer;
    for (const Run& run : found) {
        *answer.add_items() = run;
    }
    co_return answer;
}

}  // namespace loan_manager::lifecycle
