#include "lifecycle-refresher/reports/report_query.hpp"

#include <utility>
#include <vector>

#include "postgres/transaction.hpp"

namespace loan_manager::lifecycle {
namespace {

using postgres::Params;
using postgres::Result;
using postgres::Row;
using postgres::Rows;
using postgres::Statement;

constexpr Statement freshness_sql{"lifecycle.freshness", R"(
SELECT r.started_at, extract(epoch FROM now() - r.started_at)::integer, r.covers_seq,
       EXISTS (SELECT FROM fleet.outbox o
               WHERE o.seq > r.covers_seq AND o.event_type LIKE ANY ($2) AND o.at < now() - interval '60 seconds')
FROM lifecycle.view_refreshes r
WHERE r.view_name = $1 AND r.status = 'OK'
ORDER BY r.started_at DESC LIMIT 1)"};

constexpr Statement place_sql{"lifecycle.place", R"(
SELECT (SELECT id::text FROM fleet.companies WHERE code = upper($1) OR id::text = lower($1)),
       (SELECT id::text FROM fleet.branches WHERE code = upper($2) OR id::text = lower($2)))"};

void add_freshness(postgres::Batch& batch, const ViewDefinition& view) {
    batch.add(freshness_sql, Params(view.name, like_patterns(view)));
}

std::optional<Freshness> read_freshness(const Rows& rows) {
    if (rows.empty()) {
        return std::nullopt;
    }
    const Row row = rows.front();
    Freshness freshness;
    freshness.as_of = row.get<runtime::WallTime>(0);
    freshness.age_seconds = std::max(0, row.get<std::int32_t>(1));
    freshness.covers_seq = row.get<std::int64_t>(2);
    freshness.stale = row.get<bool>(3);
    return freshness;
}

// A reference to nothing is a VALIDATION issue of its field.
boost::asio::awaitable<rpc::Result<Place>> resolve_place(postgres::Transaction& transaction,
                                                         const PlaceFilter& filter) {
    Place place;
    if (!filter.company && !filter.branch) {
        co_return place;
    }
    const Params params(filter.company, filter.branch);
    Result<Rows> found = co_await transaction.execute(place_sql, params);
    const Rows rows = std::move(found).value();
    place.company_id = rows.front().get<std::optional<std::string>>(0);
    place.branch_id = rows.front().get<std::optional<std::string>>(1);
    std::vector<rpc::FieldIssue> issues;
    if (filter.company && !place.company_id) {
        issues.emplace_back(rpc::FieldIssue{"company_id", "not_found"});
    }
    if (filter.branch && !place.branch_id) {
        issues.emplace_back(rpc::FieldIssue{"branch_id", "not_found"});
    }
    if (!issues.empty()) {
        co_return rpc::validation(std::move(issues));
    }
    co_return place;
}

rpc::Error view_not_ready() {
    return rpc::Error("VIEW_NOT_READY", "The report is being prepared for the first time. Try again in a moment.", {},
                      5);
}

// The error of reading a view that was never filled.
bool is_never_filled(const postgres::Error& error) { return error.is("55000"); }

}  // namespace

std::string reach_condition(std::string_view view_alias, int first) {
    const std::string alias(view_alias);
    return "($" + std::to_string(first) + "::boolean OR " + alias + ".company_id = ANY ($" + std::to_string(first + 1) +
           "::uuid[]) OR " + alias + ".branch_id = ANY ($" + std::to_string(first + 2) + "::uuid[]))";
}

void add_reach(Params& params, const access::Reach& reach) {
    params.add(reach.all).add(reach.companies).add(reach.branches);
}

boost::asio::awaitable<rpc::Result<ReportData>> read_report(postgres::PoolGroup& pools, rpc::CallContext& context,
                                                            const ViewDefinition& view, PlaceFilter filter,
                                                            const ComposeReport& compose) {
    postgres::Lease lease = (co_await pools.local().acquire(context.deadline)).value();
    postgres::TransactionOptions options;
    options.isolation = postgres::Isolation::repeatable_read;
    options.read_only = true;
    postgres::Transaction transaction(*lease, options);
    const rpc::Result<Place> place = co_await resolve_place(transaction, filter);
    if (!place) {
        co_await transaction.rollback();
        co_return place.error();
    }

    postgres::Batch batch;
    add_freshness(batch, view);
    compose(batch, *place);
    Result<std::vector<Rows>> answers = co_await transaction.run(batch);
    if (!answers && is_never_filled(answers.error())) {
        co_await transaction.rollback();
        co_return view_not_ready();
    }
    std::vector<Rows> results = std::move(answers).value();
    (co_await transaction.commit()).value();

    const std::optional<Freshness> freshness = read_freshness(results.at(0));
    if (!freshness) {
        co_return view_not_ready();
    }
    ReportData data;
    data.freshness = *freshness;
    data.totals = std::move(results.at(1));
    data.rows = std::move(results.at(2));
    co_return data;
}

}  // namespace loan_manager::lifecycle
