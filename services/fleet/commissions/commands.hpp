#pragma once

#include <boost/asio/awaitable.hpp>

#include "commands/command_context.hpp"
#include "loanmanager/fleet/v1/commissions.pb.h"
#include "rpc/error.hpp"

/// What can be done to commissions and their rules: a function a command, run by commands::Runner. What a sale does
/// about its commissions (C1, C5) is part of the commands of the sale: of_sale.hpp.
namespace loan_manager::fleet::commissions {

namespace v1 = loanmanager::fleet::v1;

using commands::CommandContext;
using Answer = boost::asio::awaitable<rpc::Result<v1::Commission>>;
using RuleAnswer = boost::asio::awaitable<rpc::Result<v1::CommissionRule>>;

/// C2: PENDING → APPROVED, by somebody else than the payee.
Answer approve(CommandContext& command, const v1::ApproveCommissionRequest& request);
/// C4: PENDING → REJECTED, with a reason.
Answer reject(CommandContext& command, const v1::RejectCommissionRequest& request);
/// C3: APPROVED → PAID, with the reference of the payment. Also for counter-rows of a voided sale.
Answer pay(CommandContext& command, const v1::PayCommissionRequest& request);

/// A new rule of a company, for dates that no other active rule covers (D-801).
RuleAnswer create_rule(CommandContext& command, const v1::CreateCommissionRuleRequest& request);
/// PATCH of a rule. One that commissions refer to takes only a new name and an end that leaves them covered (D-811).
RuleAnswer update_rule(CommandContext& command, const v1::UpdateCommissionRuleRequest& request);

}  // namespace loan_manager::fleet::commissions
