#pragma once

#include <string>

#include "access/reach.hpp"
#include "loanmanager/fleet/v1/sales.pb.h"
#include "postgres/rows.hpp"

/// A row of fleet.sales ↔ the Sale message.
namespace loan_manager::fleet::sales {

namespace v1 = loanmanager::fleet::v1;

/// Select list over `s` (fleet.sales): every column of the message, codes beside ids, and the bike's after-sale cost.
const std::string& sale_columns();

/// Reads a row selected with sale_columns(). Costs are visible where `costs` covers the selling branch (D-904).
v1::Sale read_sale(const postgres::Row& row, const access::Reach& costs);

/// Whether the caller's reach with this permission covers the sale: its scope is the selling branch (D-903).
bool covers(const access::Identity& caller, access::Permission permission, const v1::Sale& sale);

/// Removes what a caller without `costs:read` at the selling branch may not see: before a command answers.
void hide_costs_from(const access::Identity& caller, v1::Sale& sale);

}  // namespace loan_manager::fleet::sales
