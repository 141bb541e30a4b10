#pragma once

#include <string>
#include <vector>

#include "commands/command_context.hpp"
#include "fleet/ledger/rows.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "loanmanager/fleet/v1/sales.pb.h"
#include "rpc/error.hpp"

/// The bike a customer gives in payment: what it is when it comes in (D-709), and how it goes back (D-510).
namespace loan_manager::fleet::sales {

namespace v1 = loanmanager::fleet::v1;

/// The bike as a draft for bikes::take_in(): bought on the day of the sale for its trade-in value. The request must
/// have a trade-in and be valid.
v1::Bike trade_in_bike(const v1::SellBikeRequest& request, const std::string& sale_id, runtime::Date today);

/// `not_allowed` on each of plate, frame and engine that the trade-in shares with the bike it pays for.
std::vector<rpc::FieldIssue> check_identity(const v1::Bike& trade_in, const v1::Bike& sold);

/// Field issues of the trade-in as the client knows them: "license_plate" → "trade_in.license_plate".
rpc::Error as_trade_in(rpc::Error error);

/// The sale is void: the bike goes back to the customer, its number and its purchase are undone.
void give_back(commands::CommandContext& command, v1::Bike& trade_in, const ledger::Booked& purchase,
               const v1::Sale& sale);

}  // namespace loan_manager::fleet::sales
