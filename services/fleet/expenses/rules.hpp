#pragma once

#include <optional>
#include <string>
#include <vector>

#include "access/permission.hpp"
#include "fleet/ledger/rows.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "loanmanager/fleet/v1/expenses.pb.h"
#include "rpc/error.hpp"
#include "runtime/colombo_time.hpp"

/// The rules of an expense (D-705) as pure functions: no I/O, no clock.
namespace loan_manager::fleet::expenses {

namespace v1 = loanmanager::fleet::v1;

/// What a caller needs to add an expense, or to patch or void one: costs that come after the sale are the office's.
access::Permission permission_to_record(bool post_sale);
access::Permission permission_to_correct(bool post_sale);

/// An expense is never of tomorrow.
std::vector<rpc::FieldIssue> check(const v1::RecordExpenseRequest& request, runtime::Date today);
std::vector<rpc::FieldIssue> check(const v1::UpdateExpenseRequest& request, runtime::Date today);

/// A bike costs nothing before it is bought: `out_of_range` on `expense_date`. The day of purchase is YYYY-MM-DD.
std::vector<rpc::FieldIssue> check_since_purchase(const std::optional<std::string>& expense_date,
                                                  const std::string& procurement_date);

/// Whether the bike's books are open for this kind of expense. BIKE_SOLD: pre-sale costs are frozen; INVALID_STATE: an
/// after-sale cost of a bike that is not sold, or a written-off bike.
rpc::Result<void> check_books_open(const v1::Bike& bike, bool post_sale);
/// The same for patching or voiding; a voided expense (INVALID_STATE) is history.
rpc::Result<void> check_correctable(const v1::Bike& bike, const v1::Expense& expense);

/// A new expense of the request, with defaults. Id, branch and book-keeping fields are left to the command.
v1::Expense draft(const v1::RecordExpenseRequest& request, runtime::Date today);

/// The ledger entry of an expense as it stands (D-703).
ledger::Entry entry_of(const v1::Expense& expense);
/// Whether a PATCH changed what the ledger says, so that the entry must be booked anew (D-704). Notes, vendor and
/// invoice number are not in the ledger.
bool needs_rebooking(const v1::Expense& before, const v1::Expense& after);

}  // namespace loan_manager::fleet::expenses
