#pragma once

#include <optional>
#include <string>

#include "fleet/stock_numbers/rows.hpp"
#include "postgres/rows.hpp"
#include "sql/round_trip.hpp"

/// The branch that a command puts something into: read and held until the commit, so that it is neither deactivated nor
/// moved to the other company meanwhile, and neither it nor its company gets another code, which would be in the number
/// of a bike. Whoever waited for the branch sees it as it is then.
namespace loan_manager::fleet::organisation {

struct HeldBranch {
    stock_numbers::Place place;
    bool is_active = false;  ///< The branch and its company.
    bool is_repair_center = false;
};
/// By id or code (D-203). Nothing: there is no such branch.
sql::Handle<std::optional<HeldBranch>> add_held_branch(sql::RoundTrip& trip, const std::string& id_or_code);
/// The one where a bike stands. After the lock on the bike, in the same trip.
sql::Handle<std::optional<HeldBranch>> add_held_branch_of_bike(sql::RoundTrip& trip, const std::string& bicycle_id);

/// The statement behind both and its reader, for whoever finds the branch in another way: `from` is what follows FROM
/// and names the branch `r`.
std::string select_held_branch(const std::string& from);
std::optional<HeldBranch> read_held_branch(const postgres::Rows& rows);

}  // namespace loan_manager::fleet::organisation
