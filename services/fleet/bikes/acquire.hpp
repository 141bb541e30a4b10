#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "commands/command_context.hpp"
#include "fleet/stock_numbers/rows.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "rpc/error.hpp"

namespace loan_manager::fleet::bikes {

namespace v1 = loanmanager::fleet::v1;

/// Brings a new bike into stock under a number drawn for it, as a purchase (B1) and a trade-in (D-709) both do: books
/// the purchase, records BIKE_PROCURED. The draft holds id, facts, price, date and source; everything else is filled in
/// here.
void take_in(commands::CommandContext& command, v1::Bike& bike, const stock_numbers::Place& place,
             v1::AssignReason reason, const stock_numbers::Issued& issued);

/// Draws the number, then the same. The branch's counter stays locked until the transaction ends, so only document
/// numbers may be drawn after it. STOCK_NUMBER_EXHAUSTED.
boost::asio::awaitable<rpc::Result<void>> acquire(commands::CommandContext& command, v1::Bike& bike,
                                                  const stock_numbers::Place& place, v1::AssignReason reason,
                                                  std::int32_t stock_number_max);

}  // namespace loan_manager::fleet::bikes
