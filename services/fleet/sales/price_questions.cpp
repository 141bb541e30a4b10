#include "fleet/sales/price_questions.hpp"

#include <algorithm>

#include "access/reach.hpp"

namespace loan_manager::fleet::sales {
namespace {

// One row for a user and a bike, so that its lock puts questions that come together one after the other. The clock is
// that of the moment in which the lock was had; a row dated far ahead was written by a clock that has been put right.
#define LM_DAY_IS_OVER \
    "q.since NOT BETWEEN clock_timestamp() - interval '24 hours' AND clock_timestamp() + interval '1 minute'"

constexpr postgres::Statement ask{
    "sales.ask_price",
    "WITH asked AS (INSERT INTO fleet.price_questions AS q (user_id, bicycle_id, since, prices) "
    "SELECT $1::uuid, $2::uuid, clock_timestamp(), ARRAY[$3::numeric] WHERE $4::integer > 0 "
    "ON CONFLICT (user_id, bicycle_id) DO UPDATE SET "
    "since = CASE WHEN " LM_DAY_IS_OVER
    " THEN excluded.since ELSE q.since END, "
    "prices = CASE WHEN " LM_DAY_IS_OVER
    " THEN excluded.prices WHEN $3::numeric = ANY (q.prices) THEN q.prices "
    "ELSE q.prices || excluded.prices END "
    "WHERE " LM_DAY_IS_OVER
    " OR $3::numeric = ANY (q.prices) OR cardinality(q.prices) < $4::integer "
    "RETURNING 1) "
    "SELECT $4::integer = 0 OR EXISTS (SELECT FROM asked) AS granted, "
    "(SELECT ceil(extract(epoch FROM q.since + interval '24 hours' - clock_timestamp()))::integer "
    "FROM fleet.price_questions q WHERE q.user_id = $1 AND q.bicycle_id = $2) AS seconds"};

#undef LM_DAY_IS_OVER

// Whoever asks takes some of what is over with him, so that the table holds little more than a day.
constexpr postgres::Statement forget{
    "sales.forget_price_questions",
    "DELETE FROM fleet.price_questions WHERE (user_id, bicycle_id) IN (SELECT q.user_id, q.bicycle_id "
    "FROM fleet.price_questions q WHERE q.since < now() - interval '24 hours' ORDER BY q.since LIMIT 20 "
    "FOR UPDATE SKIP LOCKED)"};

constexpr std::int32_t whole_day = 24 * 60 * 60;

std::optional<rpc::Error> read_verdict(const postgres::Rows& rows) {
    const auto row = rows.front();
    if (row.get<bool>("granted")) {
        return std::nullopt;
    }
    const auto seconds = row.get<std::optional<std::int32_t>>("seconds").value_or(whole_day);
    return rpc::Error("RATE_LIMITED", "You have asked about as many prices of this bike as one may in a day.", {},
                      static_cast<std::uint32_t>(std::max(seconds, 1)));
}

}  // namespace

bool is_blind(const access::Identity& caller, const v1::Bike& bike) {
    return !access::reach(caller, access::Permission::costs_read).covers(bike.current_branch_id(), bike.company_id());
}

sql::Handle<std::optional<rpc::Error>> add_question(sql::RoundTrip& trip, const std::string& user_id,
                                                    const std::string& bicycle_id, money::Money price,
                                                    std::int32_t limit) {
    const auto verdict = trip.add<std::optional<rpc::Error>>(
        ask, postgres::Params(user_id, bicycle_id, price.to_string(), limit), &read_verdict);
    trip.add(forget, postgres::Params());
    return verdict;
}

}  // namespace loan_manager::fleet::sales
