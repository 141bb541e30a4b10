#pragma once

#include <string>

#include "access/reach.hpp"
#include "commands/command_context.hpp"
#include "fleet/bikes/rows.hpp"
#include "loanmanager/fleet/v1/expenses.pb.h"
#include "rpc/error.hpp"
#include "sql/round_trip.hpp"
#include "sql/table.hpp"

/// Rows of fleet.expenses: columns, locks, and what commands leave behind.
namespace loan_manager::fleet::expenses {

namespace v1 = loanmanager::fleet::v1;

const sql::TableOf<v1::Expense>& expense_table();

/// An expense, and the company that its branch belongs to: together they decide who reaches it (D-903).
struct StoredExpense {
    v1::Expense expense;
    std::string company_id;

    bool covered_by(const access::Reach& reach) const { return reach.covers(expense.branch_id(), company_id); }
};
/// Select list over `e` (fleet.expenses), and its reader.
const std::string& expense_columns();
StoredExpense read_expense(const postgres::Row& row);

/// NOT_FOUND, also of one that the caller may not read (D-902).
rpc::Error no_such_expense();
/// NOT_FOUND if there is no such expense, covered or not.
sql::Handle<rpc::Result<StoredExpense>> add_find(sql::RoundTrip& trip, const std::string& id);

/// An expense and its bike, both locked.
using Locked = bikes::WithBike<StoredExpense>;
using Lock = bikes::LockWithBike<StoredExpense>;
/// Locks the bike of an expense, then the expense (D-218). NOT_FOUND if there is no such expense.
Lock add_lock(sql::RoundTrip& trip, const std::string& id);

/// With the commit.
void insert(commands::CommandContext& command, v1::Expense& expense);
/// As the next version.
void save(commands::CommandContext& command, v1::Expense& expense);

/// Audit row and event of a new expense, or of a change.
void record_new(commands::CommandContext& command, const v1::Expense& expense);
void record(commands::CommandContext& command, const char* action, const v1::Expense& before, const v1::Expense& after,
            const std::string& reason = {});

}  // namespace loan_manager::fleet::expenses
