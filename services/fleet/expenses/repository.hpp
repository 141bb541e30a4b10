#pragma once

#include <string>

#include "commands/unit.hpp"
#include "loanmanager/fleet/v1/expenses.pb.h"
#include "postgres/batch.hpp"
#include "postgres/rows.hpp"
#include "rpc/error.hpp"

/// All SQL of single expenses (lists: list_query.hpp).
namespace loan_manager::fleet::expenses {

namespace v1 = loanmanager::fleet::v1;

/// An expense, and the company that its branch belongs to: together they decide who reaches it (D-903).
struct StoredExpense {
    v1::Expense expense;
    std::string company_id;
};

/// Select list over `e` (fleet.expenses), read by read_expense().
const std::string& expense_columns();
StoredExpense read_expense(const postgres::Row& row);

void add_find(postgres::Batch& batch, const std::string& id);
/// Locks the expense; its bike is locked by a statement before this one (D-218).
void add_lock(postgres::Batch& batch, const std::string& id);
/// NOT_FOUND if there is no such expense, covered or not.
rpc::Result<StoredExpense> read_found(const postgres::Rows& rows);

/// With the commit, as version 1 of now.
void insert(commands::Unit& unit, v1::Expense& expense);
/// With the commit: every fact that may change, as the next version.
void save(commands::Unit& unit, v1::Expense& expense);

}  // namespace loan_manager::fleet::expenses
