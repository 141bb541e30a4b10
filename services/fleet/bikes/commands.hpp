#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "commands/command_context.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "rpc/error.hpp"
#include "runtime/colombo_time.hpp"

/// What can be done to bikes by themselves: a function a command, run by commands::Runner. What a transfer, a job or a
/// sale does to its bike stands with those.
namespace loan_manager::fleet::bikes {

namespace v1 = loanmanager::fleet::v1;

using Answer = boost::asio::awaitable<rpc::Result<v1::Bike>>;
using commands::CommandContext;

/// B1: buys a bike into stock, with the branch's next number and a PURCHASE entry.
Answer procure(CommandContext& command, const v1::ProcureBikeRequest& request, std::int32_t stock_number_max);
/// D-501, D-502: descriptive facts of a live bike; a corrected purchase price is booked anew.
Answer update(CommandContext& command, const v1::UpdateBikeRequest& request);

/// B2: holds a bike in stock for a customer, until a day or without end. It does not restrict to whom the bike is sold
/// (D-503).
Answer reserve(CommandContext& command, const v1::ReserveBikeRequest& request);
/// B3: ends a reservation.
Answer release(CommandContext& command, const v1::BikeCommandRequest& request);
/// B3 by itself: ends a reservation whose last day lies before `today`. INVALID_STATE if there is none such (any more):
/// the customer bought the bike, somebody extended or released it, another instance was here first.
Answer expire(CommandContext& command, const v1::BikeCommandRequest& request, runtime::Date today);
/// B10: work on the bike is done, or was never begun.
Answer return_to_stock(CommandContext& command, const v1::BikeCommandRequest& request);

/// D-504: asks for a live bike to be written off; replaces an earlier request. Whatever stands against the write-off
/// itself – an open transfer, a job, a reservation – is not asked yet: a bike may well be lost on the road.
Answer request_write_off(CommandContext& command, const v1::WriteOffRequest& request);
/// D-504: refuses a request, which is cleared.
Answer reject_write_off(CommandContext& command, const v1::RejectWriteOffRequest& request);
/// B13: writes a bike off, asked for or not. Its stock number is released; a bike that was entered by mistake also
/// gives back its purchase cost (D-504).
Answer write_off(CommandContext& command, const v1::WriteOffRequest& request);

}  // namespace loan_manager::fleet::bikes
