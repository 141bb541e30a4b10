#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "commands/command_context.hpp"
#include "fleet/stock_numbers/rows.hpp"
#include "rpc/error.hpp"
#include "runtime/colombo_time.hpp"
#include "sql/round_trip.hpp"

/// The counter of a branch as its administrators see it (D-302); procurements draw from it by draw().
namespace loan_manager::fleet::stock_numbers {

struct Counter {
    std::int32_t last_number = 0;
    std::optional<runtime::WallTime> last_assigned_at;
};
/// NOT_FOUND if there is no such branch.
sql::Handle<rpc::Result<Counter>> add_find_counter(sql::RoundTrip& trip, const std::string& branch_id_or_code);
/// Keeps numbers from being drawn until the commit. Locks of branches come before (D-218).
sql::Handle<rpc::Result<Counter>> add_lock_counter(sql::RoundTrip& trip, const std::string& branch_id_or_code);

/// With the commit: at 0, for a new branch.
void start_counter(commands::CommandContext& command, const std::string& branch_id);
/// With the commit, under add_lock_counter(): the numbers up to `to` were used on paper. Emits `stock_number.low` if
/// that passes one of the marks of D-603.
void raise_counter(commands::CommandContext& command, const Place& place, std::int32_t from, std::int32_t to,
                   std::int32_t max);

}  // namespace loan_manager::fleet::stock_numbers
