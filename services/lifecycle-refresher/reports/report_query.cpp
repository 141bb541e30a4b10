#include "lifecycle-refresher/reports/report_query.hpp"

#include <algorithm>
#include <exception>
#include <optional>

#include "postgres/transaction.hpp"

namespace loan_manager::lifecycle {
namespace {

constexpr postgres::Statement freshness_sql{"lifecycle.freshness", R"(
SELECT r.started_at AS as_of, extract(epoch FROM now() - r.started_at)::integer AS age_seconds, r.covers_seq,
       EXISTS (SELECT FROM fleet.outbox o
               WHERE o.seq > r.covers_seq AND o.event_type LIKE ANY ($2) AND o.at < now() - interval '60 seconds') AS stale
FROM lifecycle.view_refreshes r
WHERE r.view_name = $1 AND r.status = 'OK'
ORDER BY r.started_at DESC LIMIT 1)"};

std::optional<Freshness> read_freshness(const postgres::Rows& rows) {
    if (rows.empty()) {
        return std::nullopt;
    }
    const auto row = rows.front();
    Freshness freshness;
    freshness.as_of = row.get<runtime::WallTime>("as_of");
    freshness.age_seconds = std::max(0, row.get<std::int32_t>("age_seconds"));
    freshness.covers_seq = row.get<std::int64_t>("covers_seq");
    freshness.stale = row.get<bool>("stale");
    return freshness;
}

rpc::Error view_not_ready() {
    return rpc::Error("VIEW_NOT_READY", "The report is being prepared for the first time. Try again in a moment.", {},
                      5);
}

// The error of reading a view that was never filled.
bool is_never_filled(const postgres::Error& error) { return error.is("55000"); }

}  // namespace

boost::asio::awaitable<rpc::Result<Freshness>> read_report(postgres::PoolGroup& pools, const rpc::CallContext& call,
                                                           const ViewDefinition& view, sql::KeysetQuery& query,
                                                           sql::RoundTrip& trip) {
    postgres::Lease lease = (co_await pools.local().acquire(call.deadline)).value();
    postgres::TransactionOptions options;
    options.isolation = postgres::Isolation::repeatable_read;
    options.read_only = true;
    postgres::Transaction transaction(*lease, options);

    const auto freshness = trip.add<std::optional<Freshness>>(
        freshness_sql, postgres::Params(view.name, like_patterns(view)), &read_freshness);
    query.add_to(trip);
    std::optional<postgres::Error> failed;
    try {
        co_await trip.run(transaction.connection());
    } catch (const postgres::Failure& failure) {
        failed = failure.error();
    }
    if (failed) {
        if (is_never_filled(*failed)) {
            co_await transaction.rollback();
            co_return view_not_ready();
        }
        throw postgres::Failure(*failed);
    }
    (co_await transaction.commit()).value();

    if (auto known = query.check(trip); !known) {
        co_return known.error();
    }
    const auto found = trip[freshness];
    if (!found) {
        co_return view_not_ready();
    }
    co_return *found;
}

}  // namespace loan_manager::lifecycle
