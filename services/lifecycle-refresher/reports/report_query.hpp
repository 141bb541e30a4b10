#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "access/reach.hpp"
#include "lifecycle-refresher/views/catalog.hpp"
#include "postgres/batch.hpp"
#include "postgres/pool.hpp"
#include "postgres/rows.hpp"
#include "rpc/context.hpp"
#include "rpc/error.hpp"
#include "runtime/colombo_time.hpp"

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
    const auto micros =
        std::chrono::duration_cast<std::chrono::microseconds>(freshness.as_of.time_since_epoch()).count();
    report.mutable_as_of()->set_seconds(micros / 1'000'000);
    report.mutable_as_of()->set_nanos(static_cast<std::int32_t>(micros % 1'000'000) * 1000);
    report.set_age_seconds(freshness.age_seconds);
    report.set_covers_seq(freshness.covers_seq);
    report.set_stale(freshness.stale);
}

/// The company and branch a report is limited to, as ids. Empty: not limited.
struct Place {
    std::optional<std::string> company_id;
    std::optional<std::string> branch_id;
};

/// The same as its client names it: ids or codes (D-203).
struct PlaceFilter {
    std::optional<std::string> company;
    std::optional<std::string> branch;
};
template <class Request>
PlaceFilter place_filter(const Request& request) {
    PlaceFilter filter;
    if (request.has_company_id()) {
        filter.company = request.company_id();
    }
    if (request.has_branch_id()) {
        filter.branch = request.branch_id();
    }
    return filter;
}

/// The one place where a caller's reach becomes SQL in this service. `first` numbers the first of the three
/// parameters that add_reach() adds. Rows are those of a view with company_id and branch_id.
std::string reach_condition(std::string_view view_alias, int first);
void add_reach(postgres::Params& params, const access::Reach& reach);

/// What a report reads.
struct ReportData {
    Freshness freshness;
    postgres::Rows totals;
    postgres::Rows rows;
};
/// Adds the statement of the totals, then that of the page, for the place the report is limited to.
using ComposeReport = std::function<void(postgres::Batch& batch, const Place& place)>;

/// Freshness, totals and page of one view in one snapshot. VALIDATION for a place that does not exist; VIEW_NOT_READY
/// until the view has been filled by this service.
boost::asio::awaitable<rpc::Result<ReportData>> read_report(postgres::PoolGroup& pools, rpc::CallContext& context,
                                                            const ViewDefinition& view, PlaceFilter filter,
                                                            const ComposeReport& compose);

}  // namespace loan_manager::lifecycle
