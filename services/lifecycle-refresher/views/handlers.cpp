#include "lifecycle-refresher/views/handlers.hpp"

#include <vector>

#include "lifecycle-refresher/refresh/repository.hpp"
#include "lifecycle-refresher/views/messages.hpp"

namespace loan_manager::lifecycle {
namespace {

namespace v1 = loanmanager::lifecycle::v1;
using boost::asio::awaitable;

awaitable<rpc::Result<v1::RefreshRuns>> refresh(commands::CommandContext& command,
                                                std::vector<const ViewDefinition*> wanted, RefreshGate& gate) {
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    if (auto valid = command.valid(); !valid) {
        co_return valid.error();
    }
    if (wanted.empty()) {
        co_return no_such_view();
    }
    v1::RefreshRuns runs;
    rpc::Result<void> started =
        co_await gate.start(command.call(), wanted, Trigger::manual, command.caller().user_id, runs);
    if (!started) {
        co_return started.error();
    }
    for (const Run& run : runs.items()) {
        command.record(ordered(run));
    }
    co_return runs;
}

}  // namespace

awaitable<rpc::Result<v1::ViewList>> ViewHandlers::list(rpc::CallContext& call, const v1::ListViewsRequest&) {
    postgres::Lease lease = (co_await pools_.local().acquire(call.deadline)).value();
    const std::vector<ViewSummary> summaries = (co_await repository::summaries(*lease)).value();
    v1::ViewList answer;
    for (const ViewSummary& summary : summaries) {
        v1::View& view = *answer.add_items();
        view.set_name(summary.name);
        if (summary.last_ok) {
            view.set_rows(summary.last_ok->rows());
            view.set_covers_seq(summary.last_ok->covers_seq());
            *view.mutable_as_of() = summary.last_ok->started_at();
        }
        if (summary.last) {
            *view.mutable_last_refresh() = *summary.last;
        }
    }
    co_return answer;
}

awaitable<rpc::Result<v1::RefreshRuns>> refresh_all(commands::CommandContext& command,
                                                    const v1::RefreshAllViewsRequest&, RefreshGate& gate) {
    std::vector<const ViewDefinition*> all;
    for (const ViewDefinition& view : views()) {
        all.push_back(&view);
    }
    return refresh(command, std::move(all), gate);
}

awaitable<rpc::Result<v1::RefreshRuns>> refresh_one(commands::CommandContext& command,
                                                    const v1::RefreshViewRequest& request, RefreshGate& gate) {
    std::vector<const ViewDefinition*> one;
    if (const ViewDefinition* view = find_view(request.name())) {
        one.push_back(view);
    }
    return refresh(command, std::move(one), gate);
}

}  // namespace loan_manager::lifecycle
