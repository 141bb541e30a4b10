#include "lifecycle-refresher/reports/report_query.hpp"

#include <utility>
#include <vector>

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

}  // namespace

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

boost::asio::awaitable<rpc::Result<Place>> resolve_place(postgres::Transaction& transaction,
                                                         std::optional<std::string> company,
                                                         std::optional<std::string> branch) {
    Place place;
    if (!company && !branch) {
        co_return place;
    }
    const Params params(company, branch);
    Result<Rows> found = co_await transaction.execute(place_sql, params);
    const Rows rows = std::move(found).value();
    place.company_id = rows.front().get<std::optional<std::string>>(0);
    place.branch_id = rows.front().get<std::optional<std::string>>(1);
    std::vector<rpc::FieldIssue> issues;
    if (company && !place.company_id) {
        issues.emplace_back(rpc::FieldIssue{"company_id", "not_found"});
    }
    if (branch && !place.branch_id) {
        issues.emplace_back(rpc::FieldIssue{"branch_id", "not_found"});
    }
    if (!issues.empty()) {
        co_return rpc::validation(std::move(issues));
    }
    co_return place;
}

std::string reach_condition(std::string_view view_alias, int first) {
    const std::string alias(view_alias);
    return "($" + std::to_string(first) + "::boolean OR " + alias + ".company_id = ANY ($" + std::to_string(first + 1) +
           "::uuid[]) OR " + alias + ".branch_id = ANY ($" + std::to_string(first + 2) + "::uuid[]))";
}

void add_reach(Params& params, const access::Reach& reach) {
    params.add(reach.all).add(reach.companies).add(reach.branches);
}

rpc::Error view_not_ready() {
    return rpc::Error("VIEW_NOT_READY", "The report is being prepared for the first time. Try again in a moment.", {},
                      5);
}

bool is_not_ready(const postgres::Error& error) { return error.is("55000"); }

}  // namespace loan_manager::lifecycle
