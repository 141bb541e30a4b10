#pragma once

#include <google/protobuf/empty.pb.h>
#include <boost/asio/awaitable.hpp>

#include "commands/command_context.hpp"
#include "loanmanager/fleet/v1/repairs.pb.h"
#include "rpc/error.hpp"

/// What can be done to repair jobs and their lines: a function a command, run by commands::Runner.
namespace loan_manager::fleet::repairs {

namespace v1 = loanmanager::fleet::v1;

using Answer = boost::asio::awaitable<rpc::Result<v1::RepairJob>>;
using LineAnswer = boost::asio::awaitable<rpc::Result<v1::RepairJobLine>>;
using commands::CommandContext;

/// J1: work begins on a bike, in stock or after its sale; a stock job takes the bike out of stock (B8).
Answer open(CommandContext& command, const v1::OpenRepairJobRequest& request);
/// J2
Answer start(CommandContext& command, const v1::StartRepairJobRequest& request);
/// J3: the lines are frozen and, unless the customer pays, their cost is booked; the last stock job returns the bike to
/// stock (B9).
Answer complete(CommandContext& command, const v1::CompleteRepairJobRequest& request);
/// J4: the customer has his bill.
Answer invoice(CommandContext& command, const v1::InvoiceRepairJobRequest& request);
/// J5: nothing is booked; the last stock job returns the bike to stock (B9).
Answer cancel(CommandContext& command, const v1::CancelRepairJobRequest& request);

/// D-507: facts and lines of a job that is open. Each change of a line is one of the job's totals and version too.
Answer update(CommandContext& command, const v1::UpdateRepairJobRequest& request);
LineAnswer add_line(CommandContext& command, const v1::AddRepairJobLineRequest& request);
LineAnswer update_line(CommandContext& command, const v1::UpdateRepairJobLineRequest& request);
boost::asio::awaitable<rpc::Result<google::protobuf::Empty>> delete_line(CommandContext& command,
                                                                         const v1::DeleteRepairJobLineRequest& request);

}  // namespace loan_manager::fleet::repairs
