#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "commands/command_context.hpp"
#include "fleet/ledger/rules.hpp"
#include "postgres/rows.hpp"
#include "rpc/error.hpp"
#include "sql/round_trip.hpp"
#include "sql/table.hpp"

/// Rows of fleet.cost_ledger (D-703, D-704). Entries are only ever added, with the commit. The totals of the bike are
/// changed in the message; its command saves them (bikes::save) under the bike's row lock.
namespace loan_manager::fleet::ledger {

/// The tables whose rows are business facts.
enum class Source { bicycles, expenses, repair_jobs, transfers, sales };

/// Over `l` (fleet.cost_ledger).
const sql::TableOf<v1::LedgerEntry>& entry_table();

/// What one original entry books.
struct Entry {
    v1::LedgerEntryType type = v1::LEDGER_ENTRY_TYPE_UNSPECIFIED;
    Source source = Source::bicycles;
    std::string source_id;
    std::string bicycle_id;
    std::string branch_id;                ///< The branch that bears it (D-703).
    std::string amount;                   ///< Greater than zero.
    std::string entry_date;               ///< YYYY-MM-DD
    std::optional<std::string> category;  ///< Of an expense.
    bool post_sale = false;
    std::string description;  ///< 1 to 500 characters; longer ones are cut.
    boost::json::object meta;
};

/// The PURCHASE entry of a bike as it stands: price, acquisition branch, procurement date.
Entry purchase_of(const v1::Bike& bike);

/// Books a new fact without touching totals: for a bike that is being inserted with them.
void book(commands::CommandContext& command, const Entry& entry);
/// Books a new fact and adds it to the totals of the bike.
void book(commands::CommandContext& command, const Entry& entry, v1::Bike& bike);

/// The unreversed entry of a fact.
struct Booked {
    std::string id;
    v1::LedgerEntryType type = v1::LEDGER_ENTRY_TYPE_UNSPECIFIED;
    std::int32_t source_version = 0;
    std::string amount;
    bool post_sale = false;
};
/// Reads it, after the lock on the bike, in the same trip. INTERNAL if there is not exactly one: that is damage which a
/// correction would only hide.
sql::Handle<rpc::Result<Booked>> add_find(sql::RoundTrip& trip, Source source, const std::string& source_id);

/// Whether nothing but the purchase was ever booked for the bike, its price corrected or not (D-504).
sql::Handle<bool> add_is_purchase_only(sql::RoundTrip& trip, const std::string& bicycle_id);

/// Counter-books an entry (D-704) and takes it off the totals of the bike.
void reverse(commands::CommandContext& command, const Booked& booked, const std::string& description, v1::Bike& bike);
/// Reverses an entry and books the fact anew as its next version.
void rebook(commands::CommandContext& command, const Booked& booked, const Entry& corrected, v1::Bike& bike);

}  // namespace loan_manager::fleet::ledger
