#include "fleet/stock_numbers/counter.hpp"

#include "fleet/organisation/rows.hpp"

namespace loan_manager::fleet::stock_numbers {
namespace {

#define LM_COUNTER_OF_BRANCH                                                                                      \
    "SELECT n.last_number, n.last_assigned_at FROM fleet.stock_counters n WHERE n.branch_id = (SELECT r.id FROM " \
    "fleet.branches r WHERE r.code = $1 OR r.id::text = $1)"

constexpr postgres::Statement counter{"stock_numbers.counter", LM_COUNTER_OF_BRANCH};
constexpr postgres::Statement lock{"stock_numbers.lock_counter", LM_COUNTER_OF_BRANCH " FOR UPDATE OF n"};

#undef LM_COUNTER_OF_BRANCH

constexpr postgres::Statement start{"stock_numbers.start_counter",
                                    "INSERT INTO fleet.stock_counters (branch_id, last_number) VALUES ($1, 0)"};
constexpr postgres::Statement raise{"stock_numbers.raise_counter",
                                    "UPDATE fleet.stock_counters SET last_number = $2 WHERE branch_id = $1"};

rpc::Result<Counter> read_counter(const postgres::Rows& rows) {
    if (rows.empty()) {
        return organisation::no_such_branch();
    }
    Counter found;
    found.last_number = rows.front().get<std::int32_t>("last_number");
    found.last_assigned_at = rows.front().get<std::optional<runtime::WallTime>>("last_assigned_at");
    return found;
}

}  // namespace

sql::Handle<rpc::Result<Counter>> add_find_counter(sql::RoundTrip& trip, const std::string& branch_id_or_code) {
    return trip.add<rpc::Result<Counter>>(counter, postgres::Params(branch_id_or_code), &read_counter);
}

sql::Handle<rpc::Result<Counter>> add_lock_counter(sql::RoundTrip& trip, const std::string& branch_id_or_code) {
    return trip.add<rpc::Result<Counter>>(lock, postgres::Params(branch_id_or_code), &read_counter);
}

void start_counter(commands::CommandContext& command, const std::string& branch_id) {
    command.with_commit(start, postgres::Params(branch_id));
}

void raise_counter(commands::CommandContext& command, const Place& place, std::int32_t from, std::int32_t to,
                   std::int32_t max) {
    command.with_commit(raise, postgres::Params(place.branch_id, to));
    warn_if_low(command, place, from, to, max);
}

}  // namespace loan_manager::fleet::stock_numbers
