#pragma once

#include <boost/asio/awaitable.hpp>

#include "commands/command_context.hpp"
#include "loanmanager/fleet/v1/expenses.pb.h"
#include "rpc/error.hpp"

/// What can be done to expenses (D-705, D-706): a function a command, run by commands::Runner.
namespace loan_manager::fleet::expenses {

namespace v1 = loanmanager::fleet::v1;

using Answer = boost::asio::awaitable<rpc::Result<v1::Expense>>;
using commands::CommandContext;

/// Books an expense to a bike; the bike's costs grow with it.
Answer record_expense(CommandContext& command, const v1::RecordExpenseRequest& request);
/// PATCH; what the ledger says of it is reversed and booked anew (D-704).
Answer update_expense(CommandContext& command, const v1::UpdateExpenseRequest& request);
/// Takes an expense back: its ledger entry is reversed, the row stays (D-205).
Answer void_expense(CommandContext& command, const v1::VoidExpenseRequest& request);

}  // namespace loan_manager::fleet::expenses
