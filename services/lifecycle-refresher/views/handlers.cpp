#include "lifecycle-refresher/views/handlers.hpp"

#include <charconv>
#include <utility>
#include <vector>

#include "lifecycle-refresher/paging/cursor.hpp"
#include "lifecycle-refresher/refresh/repository.hpp"
#include "lifecycle-refresher/views/messages.hpp"
#include "runtime/uuid.hpp"

namespace loan_manager::lifecycle {
namespace {

namespace v1 = loanmanager::lifecycle::v1;
using boost::asio::awaitable;

constexpr int default_limit = 50;
constexpr std::int64_t total_cap = 10'000;

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

std::optional<RunPosition> position_of(const PageCursor& cursor) {
    std::int64_t micros = 0;
    const std::string& text = cursor.keys[0];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), micros);
    if (error != std::errc() || end != text.data() + text.size() || !runtime::is_uuid(cursor.keys[1])) {
        return std::nullopt;
    }
    RunPosition position;
    position.started_at = WallTime(std::chrono::microseconds{micros});
    position.id = cursor.keys[1];
    return position;
}

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
    std::optional<PageCursor> cursor;
    std::optional<RunPosition> after;
    if (request.has_cursor()) {
        cursor = decode_cursor(request, request.cursor(), 2);
        after = cursor ? position_of(*cursor) : std::nullopt;
        if (!after) {
            co_return rpc::Error("BAD_CURSOR");
        }
    }
    if (find_view(request.name()) == nullptr) {
        co_return no_such_view();
    }
    const int limit = request.has_limit() ? request.limit() : default_limit;
    postgres::Lease lease = (co_await pools_.local().acquire(context.deadline)).value();
    const std::vector<Run> runs =
        (co_await repository::history(*lease, request.name(), after, limit + 1)).value();

    v1::RefreshList answer;
    std::optional<std::int64_t> total;
    if (!request.has_with_total() || request.with_total()) {
        total = cursor ? cursor->total : std::nullopt;
        if (!total) {
            total = (co_await repository::count_history(*lease, request.name(), total_cap)).value();
        }
        answer.set_total(static_cast<std::int32_t>(std::min(*total, total_cap)));
        answer.set_total_capped(*total > total_cap);
    }
    for (const Run& run : runs) {
        if (answer.items_size() == limit) {
            const Run& last = runs[static_cast<std::size_t>(limit) - 1];
            const auto micros =
                std::chrono::duration_cast<std::chrono::microseconds>(last.started_at.time_since_epoch()).count();
            PageCursor next;
            next.keys = {std::to_string(micros), last.id};
            next.total = total;
            answer.set_next_cursor(encode_cursor(request, next));
            break;
        }
        write_run(run, *answer.add_items());
    }
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
