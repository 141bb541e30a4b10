#include "fleet/stock_numbers/counter.hpp"

#include "fleet/stock_numbers/rules.hpp"

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

}  // namespace

void add_counter(postgres::Batch& batch, const std::string& branch_id_or_code) {
    batch.add(counter, postgres::Params(branch_id_or_code));
}

void add_counter_lock(postgres::Batch& batch, const std::string& branch_id_or_code) {
    batch.add(lock, postgres::Params(branch_id_or_code));
}

Counter read_counter(const postgres::Rows& rows) {
    const auto row = rows.front();
    Counter found;
    found.last_number = row.get<std::int32_t>(0);
    found.last_assigned_at = row.get<std::optional<WallTime>>(1);
    return found;
}

void start_counter(commands::Unit& unit, const std::string& branch_id) {
    unit.with_commit(start, postgres::Params(branch_id));
}

void raise_counter(commands::Unit& unit, const Place& place, std::int32_t from, std::int32_t to, std::int32_t max) {
    unit.with_commit(raise, postgres::Params(place.branch_id, to));
    warn_if_low(unit, place, from, to, max);
}

}  // namespace loan_manager::fleet::stock_numbers
