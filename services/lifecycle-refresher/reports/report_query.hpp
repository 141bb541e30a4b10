#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "lifecycle-refresher/views/catalog.hpp"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/error.hpp"
#include "rpc/timestamp.hpp"
#include "runtime/colombo_time.hpp"
#include "sql/keyset_query.hpp"

namespace loan_manager::lifecycle {

/// How old the content of a report is (D-1004).
struct Freshness {
    runtime::WallTime as_of{};
    std::int32_t age_seconds = 0;
    std::int64_t covers_seq = 0;
    bool stale = false;
};

/// Copies it into any report message.
template <class Report>
void write_freshness(const Freshness& freshness, Report& report) {
    rpc::assign(*report.mutable_as_of(), freshness.as_of);
    report.set_age_seconds(freshness.age_seconds);
    report.set_covers_seq(freshness.covers_seq);
    report.set_stale(freshness.stale);
}

/// Reads freshness, page and totals of one view in one snapshot; the answers of `query` are in `trip` then. VALIDATION
/// for a company or branch that does not exist; VIEW_NOT_READY until the view has been filled by this service.
boost::asio::awaitable<rpc::Result<Freshness>> read_report(postgres::PoolGroup& pools, const rpc::CallContext& call,
                                                           const ViewDefinition& view, sql::KeysetQuery& query,
                                                           sql::RoundTrip& trip);

}  // namespace loan_manager::lifecycle
