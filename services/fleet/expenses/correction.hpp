#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "commands/unit.hpp"
#include "fleet/bikes/repository.hpp"
#include "fleet/expenses/repository.hpp"
#include "fleet/ledger/repository.hpp"

/// What patching and voiding an expense have in common.
namespace loan_manager::fleet::expenses {

/// An expense under lock that may be corrected, its bike under lock, and the ledger entry that books it.
struct Correction {
    v1::Bike bike;
    v1::Expense expense;
    ledger::Booked booked;
};

/// Adds three statements: the bike, then the expense under lock (D-218), then the ledger entry.
void add_correction(postgres::Batch& reads, const std::string& expense_id);
/// Reads them and decides in the order of D-212: NOT_FOUND, FORBIDDEN (this kind of expense is not the caller's),
/// OUT_OF_SCOPE by its branch and by the one it moves to, PRECONDITION_FAILED, BIKE_SOLD, INVALID_STATE.
rpc::Result<Correction> read_correction(commands::Unit& unit, const std::vector<postgres::Rows>& reads,
                                        const std::optional<bikes::BranchRow>& moves_to = std::nullopt);

/// Audit row and event of an expense. Both objects hold changed columns; `before` is empty for a new one.
void record(commands::Unit& unit, const char* action, const v1::Expense& expense, boost::json::object before,
            boost::json::object after, const std::string& reason = {});

}  // namespace loan_manager::fleet::expenses
