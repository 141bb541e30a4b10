#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "fleet/commissions/explanation.hpp"
#include "fleet/commissions/replay.hpp"
#include "postgres/pool.hpp"
#include "postgres/transaction.hpp"
#include "sql/round_trip.hpp"

/// SQL that reads back what commissions of recorded sales were calculated from: for explanations and replays.
namespace loan_manager::fleet::commissions {

/// Rule and sale behind a commission; the commission itself: add_find().
struct FrozenHandles {
    sql::Handle<const postgres::Rows&> rule;
    sql::Handle<const postgres::Rows&> sale;
};
FrozenHandles add_frozen(sql::RoundTrip& trip, const std::string& commission_id);
/// There must be such a commission.
Frozen read_frozen(const sql::RoundTrip& trip, const FrozenHandles& handles, const v1::Commission& commission);

/// The sales of a company between two days that are not voided, as a rule with these terms would have rewarded them:
/// read page by page in one snapshot. A retried transaction starts anew. For postgres::with_transaction.
class ReplayReader {
public:
    ReplayReader(Terms terms, std::string company_id, std::string from, std::string to)
        : terms_(std::move(terms)), company_id_(std::move(company_id)), from_(std::move(from)), to_(std::move(to)) {}

    boost::asio::awaitable<postgres::Result<v1::CommissionReplay>> operator()(postgres::Transaction& transaction) const;

private:
    Terms terms_;
    std::string company_id_, from_, to_;
};

}  // namespace loan_manager::fleet::commissions
