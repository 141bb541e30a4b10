#include "fleet/ledger/repository.hpp"

#include "runtime/log.hpp"
#include "runtime/uuid.hpp"

namespace loan_manager::fleet::ledger {
namespace {

constexpr postgres::Statement insert_purchase{
    "ledger.insert_purchase",
    "INSERT INTO fleet.cost_ledger (id, bicycle_id, branch_id, entry_type, amount, entry_date, source_table, "
    "source_id, "
    "source_version, description, created_at, created_by) "
    "VALUES ($1, $2, $3, 'PURCHASE', $4, $5, 'bicycles', $2, $6, $7, $8, $9)"};

// The database copies the original, so that a reversal cannot differ from it.
constexpr postgres::Statement reverse{
    "ledger.reverse",
    "INSERT INTO fleet.cost_ledger (id, bicycle_id, branch_id, entry_type, category, amount, entry_date, post_sale, "
    "source_table, source_id, source_version, reverses_id, description, created_at, created_by) "
    "SELECT $1, bicycle_id, branch_id, entry_type, category, -amount, $3, post_sale, source_table, source_id, "
    "source_version, id, $4, $5, $6 FROM fleet.cost_ledger WHERE id = $2"};

constexpr postgres::Statement find_purchase{
    "ledger.find_purchase",
    "SELECT o.id, o.source_version, o.amount::text, o.entry_date::text FROM fleet.cost_ledger o "
    "WHERE o.source_table = 'bicycles' AND o.source_id = $1 AND o.reverses_id IS NULL "
    "AND NOT EXISTS (SELECT FROM fleet.cost_ledger r WHERE r.reverses_id = o.id)"};

void insert(commands::Unit& unit, const Purchase& purchase, std::int32_t source_version) {
    unit.with_commit(
        insert_purchase,
        postgres::Params(runtime::new_uuid().to_string(), purchase.bicycle_id, purchase.branch_id, purchase.amount,
                         purchase.entry_date, source_version, purchase.description, unit.now(), unit.caller().user_id));
}

}  // namespace

void book_purchase(commands::Unit& unit, const Purchase& purchase) { insert(unit, purchase, 1); }

void add_find_purchase(postgres::Batch& batch, const std::string& bicycle_id) {
    batch.add(find_purchase, postgres::Params(bicycle_id));
}

rpc::Result<Booked> read_purchase(const postgres::Rows& rows) {
    if (rows.size() != 1) {
        // A live bike has exactly one (I-06, I-07); anything else is damage that a correction would only hide.
        runtime::log::error("bike without exactly one purchase entry", {{"entries", rows.size()}});
        return rpc::internal_error();
    }
    const auto row = rows.front();
    Booked booked;
    booked.id = row.get<std::string>(0);
    booked.source_version = row.get<std::int32_t>(1);
    booked.amount = row.get<std::string>(2);
    booked.entry_date = row.get<std::string>(3);
    return booked;
}

void rebook_purchase(commands::Unit& unit, const Booked& old_entry, const Purchase& corrected) {
    unit.with_commit(reverse,
                     postgres::Params(runtime::new_uuid().to_string(), old_entry.id, corrected.entry_date,
                                      "Reversal: " + corrected.description, unit.now(), unit.caller().user_id));
    insert(unit, corrected, old_entry.source_version + 1);
}

}  // namespace loan_manager::fleet::ledger
