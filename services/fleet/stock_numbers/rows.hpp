#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>

#include "access/reach.hpp"
#include "commands/command_context.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "rpc/error.hpp"
#include "sql/round_trip.hpp"

/// Rows of fleet.stock_numbers: numbers drawn, assigned to bikes, released and found. A branch's counter: counter.hpp.
namespace loan_manager::fleet::stock_numbers {

namespace v1 = loanmanager::fleet::v1;

/// A branch as numbers need it.
struct Place {
    std::string company_id;
    std::string company_code;
    std::string branch_id;
    std::string branch_code;
};

struct Issued {
    std::int32_t running = 0;
    std::string full_number;
    std::int32_t max = 0;  ///< The last one that the branch may issue.
};

/// The draw of a branch's next number (D-602) on its way: it keeps the counter locked until the transaction ends, so it
/// travels last before the commit; only document numbers may be drawn after it (D-218).
struct Draw {
    sql::Handle<std::optional<std::int32_t>> counter;
    Place place;
    std::int32_t max;
    /// STOCK_NUMBER_EXHAUSTED if none is left.
    rpc::Result<Issued> read(const sql::RoundTrip& trip) const;
};
Draw add_draw(sql::RoundTrip& trip, const commands::CommandContext& command, const Place& place, std::int32_t max);
/// The same in a trip of its own.
boost::asio::awaitable<rpc::Result<Issued>> draw(commands::CommandContext& command, const Place& place,
                                                 std::int32_t max);

/// Emits `stock_number.low` if a counter going from one number to the other passes a mark of D-603.
void warn_if_low(commands::CommandContext& command, const Place& place, std::int32_t from, std::int32_t to,
                 std::int32_t max);

/// Which bike gets a number, and why.
struct Assignment {
    std::string bicycle_id;
    v1::AssignReason reason = v1::ASSIGN_REASON_UNSPECIFIED;
    std::optional<std::string> previous_number;  ///< TRANSFER_IN: the number it carried until now, already released.
    std::optional<std::string> transfer_id;      ///< TRANSFER_IN.
};
/// Records, with the commit, that the bike carries the number from now on (D-603). Emits `stock_number.low` if with it
/// the numbers of the branch run low.
void assign_number(commands::CommandContext& command, const Issued& issued, const Place& place,
                   const Assignment& assignment);
/// Closes the open number of the bike, with the commit. Before assign_number() of the next one.
void release_number(commands::CommandContext& command, const std::string& bicycle_id, v1::ReleaseReason reason);
/// D-510: the bike carries this former number of its own again, with the commit.
void reopen_number(commands::CommandContext& command, const std::string& bicycle_id, const std::string& full_number);

/// The bike behind a number ever issued, if the caller may read it; otherwise NOT_FOUND.
sql::Handle<rpc::Result<v1::StockNumber>> add_find(sql::RoundTrip& trip, const std::string& number,
                                                   const access::Reach& reach);

}  // namespace loan_manager::fleet::stock_numbers
