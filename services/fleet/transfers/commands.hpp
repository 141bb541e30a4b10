#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "commands/command_context.hpp"
#include "loanmanager/fleet/v1/transfers.pb.h"
#include "rpc/error.hpp"

/// What can be done to transfers: a function a command, run by commands::Runner. Guards and errors of each are those of
/// the transfer's table in docs/business-rules.md.
namespace loan_manager::fleet::transfers {

namespace v1 = loanmanager::fleet::v1;

using Answer = boost::asio::awaitable<rpc::Result<v1::Transfer>>;
using commands::CommandContext;

/// T1: a branch asks for its bike to be moved to another one; until that is decided the bike is held for it (B4).
Answer request(CommandContext& command, const v1::RequestTransferRequest& request);
/// T2: the destination agrees and, unless told otherwise, the bike is sent off in the same command (T3).
Answer approve(CommandContext& command, const v1::ApproveTransferRequest& request);
/// T3: the bike leaves its branch (B5).
Answer dispatch(CommandContext& command, const v1::DispatchTransferRequest& request);
/// T4: the bike has arrived. It gets a number of its new branch, and branch, company and cost move with it (B6).
Answer complete(CommandContext& command, const v1::CompleteTransferRequest& request, std::int32_t stock_number_max);
/// T5: the destination refuses; the bike stays where it is (B7).
Answer reject(CommandContext& command, const v1::CloseTransferRequest& request);
/// T6, T7: called off, and the bike is again what it was before the request (B7).
Answer cancel(CommandContext& command, const v1::CloseTransferRequest& request);

}  // namespace loan_manager::fleet::transfers
