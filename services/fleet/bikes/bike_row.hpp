#pragma once

#include <string>

#include "access/reach.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "postgres/rows.hpp"
#include "sql/table.hpp"

/// A row of fleet.bicycles ↔ the Bike message.
namespace loan_manager::fleet::bikes {

namespace v1 = loanmanager::fleet::v1;

/// The columns of a bike, written down once.
const sql::TableOf<v1::Bike>& bike_table();

/// Select list over `b` (fleet.bicycles): every column of the message, codes beside ids, and where an open transfer
/// leads to (which decides about hiding costs).
const std::string& bike_columns();

/// Reads a row selected with bike_columns(). Costs are visible where `costs` covers the bike's branch or the
/// destination of its open transfer (D-904, D-505).
v1::Bike read_bike(const postgres::Row& row, const access::Reach& costs);

/// Removes what a caller without `costs:read` may not see (D-904).
void hide_costs(v1::Bike& bike);
/// Does so unless the caller may see the costs of bikes at its current branch: before a command answers with the bike.
void hide_costs_from(const access::Identity& caller, v1::Bike& bike);

}  // namespace loan_manager::fleet::bikes
