#pragma once

#include <array>
#include <string>

#include "fleet/commissions/calculation.hpp"
#include "loanmanager/fleet/v1/commissions.pb.h"
#include "money/money.hpp"

/// How a commission came to its amount, line by line, recomputed from what was frozen when the sale was made: pure.
namespace loan_manager::fleet::commissions {

namespace v1 = loanmanager::fleet::v1;

/// The stored facts behind one commission.
struct Frozen {
    v1::Commission commission;
    v1::CommissionRule rule;
    SaleFacts sale;
    std::string invoice_no;
    std::string sale_date;
    money::Money total_cost;
    /// Purchase, expenses, repairs, transfers of the bike as they are now: they tell how the total cost came about as
    /// long as they still sum to it (a voided sale's bike may have gone on costing).
    std::array<money::Money, 4> cost_parts;
};

/// With `costs_visible` false, lines that tell costs, or the base and the pool, are left out (D-904).
v1::CommissionExplanation explain(const Frozen& frozen, bool costs_visible);

}  // namespace loan_manager::fleet::commissions
