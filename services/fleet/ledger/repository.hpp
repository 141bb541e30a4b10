#pragma once

#include <cstdint>
#include <string>

#include "commands/unit.hpp"
#include "postgres/batch.hpp"
#include "postgres/rows.hpp"
#include "rpc/error.hpp"

/// All SQL of the cost ledger (§7). Entries are only ever added; the projections on the bike are changed by the command
/// that books, under the bike's row lock.
namespace loan_manager::fleet::ledger {

/// The PURCHASE entry of a bike that is being corrected.
struct Booked {
    std::string id;
    std::int32_t source_version = 0;
    std::string amount;
    std::string entry_date;
};

/// What an entry says besides its amount.
struct Purchase {
    std::string bicycle_id;
    std::string branch_id;  ///< The acquisition branch (D-703).
    std::string amount;
    std::string entry_date;
    std::string description;
};

/// Books the purchase of a new bike, with the commit.
void book_purchase(commands::Unit& unit, const Purchase& purchase);

/// Reads the unreversed PURCHASE entry of a bike.
void add_find_purchase(postgres::Batch& batch, const std::string& bicycle_id);
rpc::Result<Booked> read_purchase(const postgres::Rows& rows);

/// Reverses that entry and books the new amount as its next version (D-502, D-704), with the commit.
void rebook_purchase(commands::Unit& unit, const Booked& old_entry, const Purchase& corrected);

}  // namespace loan_manager::fleet::ledger
