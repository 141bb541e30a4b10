#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/reach.hpp"
#include "commands/unit.hpp"
#include "fleet/stock_numbers/rows.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "postgres/batch.hpp"
#include "postgres/rows.hpp"
#include "rpc/error.hpp"
#include "runtime/colombo_time.hpp"
#include "sql/round_trip.hpp"

/// All SQL of single bikes (lists: list_query.hpp). add_… puts a statement into a batch, read_… reads its result.
namespace loan_manager::fleet::bikes {

namespace v1 = loanmanager::fleet::v1;

/// A bike the caller may read; no row otherwise.
void add_find(postgres::Batch& batch, const std::string& id, const access::Reach& readable);
/// One row if the caller may read the bike: for its sub-resources.
void add_is_readable(postgres::Batch& batch, const std::string& id, const access::Reach& readable);

/// A bike under its row lock.
struct Locked {
    v1::Bike bike;
    bool covered = false;  ///< By the reach of the command's permission.
};
void add_lock(postgres::Batch& batch, const std::string& id, const access::Reach& reach);
/// Rows that belong to a bike, and whose commands lock the bike first (D-218).
enum class Part { transfer, expense, repair_job };
/// With every cost, whoever asks: commands need them, hide_costs_from() decides about the answer. NOT_FOUND if there is
/// no such bike, covered or not.
rpc::Result<Locked> read_locked(const postgres::Rows& rows);
/// One row of several.
Locked read_locked(const postgres::Row& row);

/// The same by handle.
sql::Handle<const postgres::Rows&> add_is_readable(sql::RoundTrip& trip, const std::string& id,
                                                   const access::Reach& readable);
sql::Handle<rpc::Result<Locked>> add_lock(sql::RoundTrip& trip, const std::string& id, const access::Reach& reach);
/// Locks the bike that the row with this id belongs to (D-218). NOT_FOUND if there is no such part.
sql::Handle<rpc::Result<Locked>> add_lock_of(sql::RoundTrip& trip, Part part, const std::string& id,
                                             const access::Reach& reach);
/// Locks the bike of a sale and the one it took in trade, in the order of their ids.
sql::Handle<std::vector<Locked>> add_lock_of_sale(sql::RoundTrip& trip, const std::string& sale_id,
                                                  const access::Reach& reach);

/// Jobs in OPEN or IN_PROGRESS. Ask after the lock, in a statement that follows it in the same batch.
struct OpenJobs {
    std::int64_t all = 0;
    std::int64_t stock = 0;  ///< Of category PRE_SALE_PREP or MAINTENANCE.
};
void add_open_jobs(postgres::Batch& batch, const std::string& bicycle_id);
OpenJobs read_open_jobs(const postgres::Rows& rows);
sql::Handle<OpenJobs> add_open_jobs(sql::RoundTrip& trip, const std::string& bicycle_id);

/// Up to `limit` ids after `after` of bikes whose reservation ended before `today`, in their order.
void add_expired_reservations(postgres::Batch& batch, runtime::Date today, const std::string& after, std::size_t limit);
std::vector<std::string> read_expired_reservations(const postgres::Rows& rows);

/// A branch named by id or code, locked against being deactivated meanwhile.
void add_branch(postgres::Batch& batch, const std::string& id_or_code);
/// Select list over `r` (fleet.branches) and `c` (its company), for whoever finds the branch in another way.
inline constexpr const char* branch_columns =
    "c.id, c.code, r.id, r.code, r.is_active AND c.is_active, r.is_repair_center";
/// Ends a statement with that list: holds the branch against being deactivated, and both against getting another code,
/// which would be in the number of a bike.
inline constexpr const char* hold_branch = " FOR SHARE OF r FOR KEY SHARE OF c";
struct BranchRow {
    stock_numbers::Place place;
    bool is_active = false;
    bool is_repair_center = false;
};
std::optional<BranchRow> read_branch(const postgres::Rows& rows);
sql::Handle<std::optional<BranchRow>> add_branch(sql::RoundTrip& trip, const std::string& id_or_code);
/// The branch where a bike stands, held likewise; after the lock on the bike, in the same trip.
sql::Handle<std::optional<BranchRow>> add_branch_of(sql::RoundTrip& trip, const std::string& bicycle_id);

/// Whether a user who could have bought or sold a bike exists and is active.
void add_active_user(postgres::Batch& batch, const std::string& id);

/// Fields of `bike` that another live bike already has (D-208). The unique indexes decide in the end; asking first
/// keeps a duplicate from ever waiting for, or holding, a stock counter.
void add_duplicates(postgres::Batch& batch, const v1::Bike& bike);
/// Drops identities that already have a field issue: they are not fit to be sent to the database.
void forget_unsound_identity(const commands::Unit& unit, v1::Bike& bike);
std::optional<rpc::Error> read_duplicate(const postgres::Rows& rows);
sql::Handle<std::optional<rpc::Error>> add_duplicates(sql::RoundTrip& trip, const v1::Bike& bike);

/// With the commit: everything about the bike, as its next version. Once per command and bike.
void save(commands::CommandContext& command, v1::Bike& bike);

/// With the commit.
void insert(commands::Unit& unit, const v1::Bike& bike);
void update_facts(commands::Unit& unit, const v1::Bike& bike);
/// Status, allocation, place, number, sale, ledger projections and write-off of the bike, as its next version: raises
/// `version` and stamps `updated_*` in the message too. Once per command and bike.
void save_state(commands::Unit& unit, v1::Bike& bike);

/// Which business error a violated constraint of bikes or stock numbers means.
std::optional<rpc::Error> refuse(const postgres::Error& error);

}  // namespace loan_manager::fleet::bikes
