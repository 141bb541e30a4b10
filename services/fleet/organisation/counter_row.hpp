#pragma once

#include "fleet/stock_numbers/counter.hpp"
#include "loanmanager/fleet/v1/organisation.pb.h"

namespace loan_manager::fleet::organisation {

namespace v1 = loanmanager::fleet::v1;

/// The branch as numbers need it.
stock_numbers::Place place_of(const v1::Branch& branch);
/// The counter of a branch as clients see it; its version is that of the branch.
v1::StockCounter counter_row(const v1::Branch& branch, const stock_numbers::Counter& counter, std::int32_t max);

}  // namespace loan_manager::fleet::organisation
