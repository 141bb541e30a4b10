#pragma once

#include <string>

#include "loanmanager/fleet/v1/bikes.pb.h"
#include "loanmanager/fleet/v1/costs.pb.h"
#include "loanmanager/fleet/v1/sales.pb.h"
#include "money/money.hpp"

/// Which total of a bike an entry counts towards (D-703), as pure functions.
namespace loan_manager::fleet::ledger {

namespace v1 = loanmanager::fleet::v1;

/// The totals of a bike that has just been bought: nothing but its purchase price.
void start_totals(v1::Bike& bike);

/// Whether the totals can take `amount` on top (D-201): asked before a command books what a client made up.
bool has_room(const v1::Bike& bike, bool post_sale, const std::string& amount);

/// Adds `amount` (negative: a reversal) to the projection of its entry type, or to the after-sale total, and keeps
/// `total_cost` the sum of the four. SALE entries count towards nothing.
void add_to_totals(v1::Bike& bike, v1::LedgerEntryType type, bool post_sale, money::Money amount);

/// What a bike has cost by now (D-701). A written-off bike has lost its cost.
v1::CostSummary summary_of(const v1::Bike& bike);
/// The figures of its sale, frozen when it was recorded (D-708); the after-sale cost beside them goes on growing.
void add_figures(v1::CostSummary& summary, const v1::Sale& sale);

}  // namespace loan_manager::fleet::ledger
