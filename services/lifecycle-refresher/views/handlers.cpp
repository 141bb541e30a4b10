#include "lifecycle-refresher/views/handlers.hpp"

#include <utility>
#include <vector>

#include "lifecycle-refresher/refresh/repository.hpp"
#include "lifecycle-refresher/views/messages.hpp"
#include "paging/page.hpp"
#include "runtime/uuid.hpp"

namespace loan_manager::lifecycle {
namespace {

namespace v1 = loanmanager::lifecycle::v1;
using boost::asio::awaitable;

rpc::Error no_such_view() { return rpc::not_found("There is no view of this name."); }

/// POST /v1/views/refresh and /v1/views/{name}/refresh: the runs are recorded by themselves; the command adds who
/// asked, and remembers its answer for a repeated key.
template <class Request>
class RefreshCommand : public commands::Command<Request, v1::RefreshRuns> {
public:
    explicit RefreshCommand(RefreshGate& gate) : gate_(gate) {}

    awaitable<rpc::Result<v1::RefreshRuns>> execute(commands::Unit& unit, const Request& request,
                                                    std::vector<postgres::Rows>&) override {
        if (rpc::Result<void> valid = unit.valid(); !valid) {
            co_return valid.error();
        }
        const std::vector<const ViewDefinition*> wanted = views_of(request);
        if (wanted.empty()) {
            co_return no_such_view();
        }
        v1::RefreshRuns runs;
        rpc::Result<void> started = co_await gate_.start(wanted, Trigger::manual, unit.caller().user_id, runs);
        if (!started) {
            co_return started.error();
        }
        for (const v1::RefreshRun& run : runs.items()) {
            commands::Change change;
            change.action = "VIEW_REFRESH";
            change.entity_type = "view_refresh";
            change.entity_id = run.id();
            change.entity_no = run.view_name();
            change.with_event = false;
            unit.record(std::move(change));
        }
        co_return runs;
    }

private:
    static std::vector<const ViewDefinition*> views_of(const v1::RefreshAllViewsRequest&) {
        std::vector<const ViewDefinition*> all;
        for (const ViewDefinition& view : views()) {
            all.push_back(&view);
        }
        return all;
    }
    static std::vector<const ViewDefinition*> views_of(const v1::RefreshViewRequest& request) {
        const ViewDefinition* view = find_view(request.name());
        return view == nullptr ? std::vector<const ViewDefinition*>{} : std::vector<const ViewDefinition*>{view};
    }

    RefreshGate& gate_;
};

}  // namespace

awaitable<rpc::Result<v1::ViewList>> ViewHandlers::list(rpc::CallContext& context, const v1::ListViewsRequest&) {
    postgres::Lease lease = (co_await pools_.local().acquire(context.deadline)).value();
    const std::vector<ViewSummary> summaries = (co_await repository::summaries(*lease)).value();
    v1::ViewList answer;
    for (const ViewSummary& summary : summaries) {
        v1::View& view = *answer.add_items();
        view.set_name(summary.name);
        if (summary.last_ok) {
            view.set_rows(summary.last_ok->rows.value_or(0));
            view.set_covers_seq(summary.last_ok->covers_seq.value_or(0));
            write_time(summary.last_ok->started_at, *view.mutable_as_of());
        }
        if (summary.last) {
            write_run(*summary.last, *view.mutable_last_refresh());
        }
    }
    co_return answer;
}

awaitable<rpc::Result<v1::RefreshList>> ViewHandlers::history(rpc::CallContext& context,
                                                              const v1::ListRefreshesRequest& request) {
    rpc::Result<paging::PageRequest> page = paging::read_page(request);
    if (!page) {
        co_return page.error();
    }
    std::optional<RunPosition> after;
    if (page->cursor) {
        const rpc::Result<WallTime> started_at = paging::read_time_key(page->cursor->key);
        if (!started_at || !runtime::is_uuid(page->cursor->id)) {
            co_return paging::bad_cursor();
        }
        after.emplace();
        after->started_at = *started_at;
        after->id = page->cursor->id;
    }
    if (find_view(request.name()) == nullptr) {
        co_return no_such_view();
    }
    postgres::Lease lease = (co_await pools_.local().acquire(context.deadline)).value();
    const std::vector<Run> runs =
        (co_await repository::history(*lease, request.name(), after, page->limit + 1)).value();
    std::optional<std::int64_t> count;
    if (page->count) {
        count = (co_await repository::count_history(*lease, request.name(), paging::total_cap)).value();
    }
    v1::RefreshList answer;
    std::optional<paging::Cursor> next;
    for (const Run& run : runs) {
        if (answer.items_size() == page->limit) {
            const Run& last = runs[static_cast<std::size_t>(page->limit) - 1];
            next.emplace();
            next->key = paging::time_key(last.started_at);
            next->id = last.id;
            break;
        }
        write_run(run, *answer.add_items());
    }
    paging::finish_page(answer, *page, std::move(next), count);
    co_return answer;
}

awaitable<rpc::Result<v1::RefreshRuns>> ViewHandlers::refresh_all(rpc::CallContext& context,
                                                                  const v1::RefreshAllViewsRequest& request) {
    RefreshCommand<v1::RefreshAllViewsRequest> command(gate_);
    co_return co_await commands_.run(context, request, command);
}

awaitable<rpc::Result<v1::RefreshRuns>> ViewHandlers::refresh_one(rpc::CallContext& context,
                                                                  const v1::RefreshViewRequest& request) {
    RefreshCommand<v1::RefreshViewRequest> command(gate_);
    co_return co_await commands_.run(context, request, command);
}

}  // namespace loan_manager::lifecycle
