#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "access/reach.hpp"
#include "lifecycle-refresher/views/catalog.hpp"
#include "postgres/batch.hpp"
#include "postgres/transaction.hpp"
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

/// The last of `size` batch results; nothing when the view was never refreshed by this service.
void add_freshness(postgres::Batch& batch, const ViewDefinition& view);
std::optional<Freshness> read_freshness(const postgres::Rows& rows);

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

/// Ids or codes of the request → ids (D-203). A reference to nothing is a VALIDATION issue of its field.
boost::asio::awaitable<rpc::Result<Place>> resolve_place(postgres::Transaction& transaction,
                                                         std::optional<std::string> company,
                                                         std::optional<std::string> branch);

/// The one place where a caller's reach becomes SQL in this service. `first` numbers the first of the three
/// parameters that add_reach() adds. Rows are those of a view with company_id and branch_id.
std::string reach_condition(std::string_view view_alias, int first);
void add_reach(postgres::Params& params, const access::Reach& reach);

/// What a report answers until its view has been filled.
rpc::Error view_not_ready();

/// True for the error of reading a view that was never filled.
bool is_not_ready(const postgres::Error& error);

}  // namespace loan_manager::lifecycle
