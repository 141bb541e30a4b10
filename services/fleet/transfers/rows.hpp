#pragma once

#include <array>
#include <string>

#include "access/permission.hpp"
#include "access/reach.hpp"
#include "commands/command_context.hpp"
#include "commands/constraints.hpp"
#include "fleet/bikes/rows.hpp"
#include "fleet/organisation/held_branch.hpp"
#include "loanmanager/fleet/v1/transfers.pb.h"
#include "rpc/error.hpp"
#include "sql/round_trip.hpp"
#include "sql/table.hpp"

/// Rows of fleet.transfers: columns, locks, admission of commands, and what commands leave behind.
namespace loan_manager::fleet::transfers {

namespace v1 = loanmanager::fleet::v1;

const sql::TableOf<v1::Transfer>& transfer_table();

/// The end of a transfer that decides who may command it: "@source", "@destination".
enum class End { source, destination };
/// A transfer and the companies of its ends, which decide who covers it (D-903).
struct StoredTransfer {
    v1::Transfer transfer;
    std::string from_company_id;
    std::string to_company_id;

    bool covered_by(const access::Reach& reach, End end) const {
        return end == End::source ? reach.covers(transfer.from_branch_id(), from_company_id)
                                  : reach.covers(transfer.to_branch_id(), to_company_id);
    }
    /// D-505: either end.
    bool covered_by(const access::Reach& reach) const {
        return covered_by(reach, End::source) || covered_by(reach, End::destination);
    }
};
/// Select list over transfer_tables, and its reader.
const std::string& transfer_columns();
inline constexpr const char* transfer_tables =
    "fleet.transfers t JOIN fleet.branches s ON s.id = t.from_branch_id "
    "JOIN fleet.branches d ON d.id = t.to_branch_id";
StoredTransfer read_transfer(const postgres::Row& row);

/// NOT_FOUND, also of one that the caller may not read (D-902).
rpc::Error no_such_transfer();
/// NOT_FOUND if there is no such transfer, covered or not.
sql::Handle<rpc::Result<StoredTransfer>> add_find(sql::RoundTrip& trip, const std::string& id);

/// A transfer and its bike, both locked.
using Locked = bikes::WithBike<StoredTransfer>;
using Lock = bikes::LockWithBike<StoredTransfer>;
/// Locks the bike of a transfer, then the transfer (D-218). NOT_FOUND if there is no such transfer.
Lock add_lock(sql::RoundTrip& trip, const std::string& id);

/// commands::admit() for whoever has the permission at that end.
rpc::Result<Locked> admit(const commands::CommandContext& command, const Lock& lock, access::Permission permission,
                          End end);

/// The branch a transfer leads to, locked against being deactivated meanwhile.
sql::Handle<std::optional<organisation::HeldBranch>> add_destination(sql::RoundTrip& trip,
                                                                     const std::string& transfer_id);

/// The day on which the bike's last completed transfer was delivered.
sql::Handle<std::optional<std::string>> add_last_delivery(sql::RoundTrip& trip, const std::string& bicycle_id);

/// With the commit.
void insert(commands::CommandContext& command, v1::Transfer& transfer);
/// As the next version.
void save(commands::CommandContext& command, v1::Transfer& transfer);

/// Audit row and event of a new transfer, or of a change; `branch_id`: the end that acted.
void record_new(commands::CommandContext& command, const v1::Transfer& transfer);
void record(commands::CommandContext& command, const char* action, const std::string& branch_id,
            const v1::Transfer& before, const v1::Transfer& after);

/// Requests of one bike are serialised by its row lock; the index is what would stop anything else.
inline constexpr std::array constraints{commands::Constraint{"transfers_open_key", "OPEN_TRANSFER"}};

}  // namespace loan_manager::fleet::transfers
