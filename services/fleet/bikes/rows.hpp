#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/reach.hpp"
#include "commands/command_context.hpp"
#include "commands/constraints.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "rpc/error.hpp"
#include "runtime/colombo_time.hpp"
#include "sql/keyset_query.hpp"
#include "sql/round_trip.hpp"
#include "sql/table.hpp"

/// Rows of fleet.bicycles: columns, who sees their costs, locks, admission of commands, and what commands leave behind.
namespace loan_manager::fleet::bikes {

namespace v1 = loanmanager::fleet::v1;

/// The columns of a bike, written down once.
const sql::TableOf<v1::Bike>& bike_table();

/// A bike and where an open transfer leads it to: whoever sees costs at either place sees those of the bike (D-505).
struct StoredBike {
    struct Destination {
        std::string branch_id;
        std::string company_id;
    };
    v1::Bike bike;
    std::optional<Destination> destination;
};
/// Select list over `b` (fleet.bicycles), and its reader, with every cost.
const std::string& bike_columns();
StoredBike read_bike(const postgres::Row& row);

/// Without the costs that the caller may not see (D-904). Call it for every answer: of a query with what is stored, of
/// a command with the bike it has changed, where its branch alone decides.
v1::Bike visible_to(const access::Identity& caller, StoredBike stored);
v1::Bike visible_to(const access::Identity& caller, v1::Bike bike);

/// NOT_FOUND, also of a bike that the caller may not read (D-902).
rpc::Error no_such_bike();
/// A bike within reach, standing there or on its way there (D-505). NOT_FOUND
sql::Handle<rpc::Result<StoredBike>> add_find(sql::RoundTrip& trip, const std::string& id,
                                              const access::Reach& readable);
/// The same as what a list lies below.
sql::Parent parent(const std::string& id, const access::Reach& readable);

/// A bike under its row lock.
struct Locked {
    /// With every cost, whoever asks: commands need them, visible_to() decides about the answer.
    v1::Bike bike;
    bool covered = false;  ///< By the reach of the command's permission.
};
/// Rows that belong to a bike, and whose commands lock the bike first (D-218).
enum class Part { transfer, expense, repair_job };
/// Locks a bike, or the one that the row with this id belongs to. NOT_FOUND if there is no such bike, covered or not.
sql::Handle<rpc::Result<Locked>> add_lock(sql::RoundTrip& trip, const std::string& id, const access::Reach& reach);
sql::Handle<rpc::Result<Locked>> add_lock_of(sql::RoundTrip& trip, Part part, const std::string& id,
                                             const access::Reach& reach);
/// Such a row, as its area stores it, and its bike, both locked.
template <class Stored>
struct WithBike : Stored {
    v1::Bike bike;
};
template <class Stored>
struct LockWithBike {
    sql::Handle<rpc::Result<Locked>> bike;  ///< add_lock_of()
    sql::Handle<rpc::Result<Stored>> row;   ///< After it.
    /// What the row says if there is none: its NOT_FOUND, not that of the bike.
    rpc::Result<WithBike<Stored>> read(const sql::RoundTrip& trip) const {
        auto stored = trip[row];
        if (!stored) {
            return std::move(stored).error();
        }
        auto locked_bike = trip[bike];
        if (!locked_bike) {
            return std::move(locked_bike).error();
        }
        WithBike<Stored> both;
        static_cast<Stored&>(both) = std::move(*stored);
        both.bike = std::move(locked_bike->bike);
        return both;
    }
};
/// Locks the bike of a sale and the one it took in trade, in the order of their ids (D-218); empty if there is no such
/// sale.
sql::Handle<std::vector<Locked>> add_lock_of_sale(sql::RoundTrip& trip, const std::string& sale_id,
                                                  const access::Reach& reach);
/// commands::admit() for a command on the bike itself.
rpc::Result<Locked> admit(const commands::CommandContext& command, sql::Handle<rpc::Result<Locked>> lock);

/// Jobs in OPEN or IN_PROGRESS. Ask after the lock.
struct OpenJobs {
    std::int64_t all = 0;
    std::int64_t stock = 0;  ///< Of category PRE_SALE_PREP or MAINTENANCE.
};
sql::Handle<OpenJobs> add_open_jobs(sql::RoundTrip& trip, const std::string& bicycle_id);

/// Ids of up to `limit` bikes whose reservation ended before `today`, in their order, beginning behind `after`.
sql::Handle<std::vector<std::string>> add_expired_reservations(sql::RoundTrip& trip, runtime::Date today,
                                                               const std::string& after, std::size_t limit);

/// Whether a user who could have bought or sold a bike exists and is active.
sql::Handle<bool> add_is_active_user(sql::RoundTrip& trip, const std::string& id);

/// DUPLICATE if other live bikes already have numbers of `bike`, with those bikes as far as the caller may read them
/// (D-208). The unique indexes decide in the end; asking first keeps a duplicate from ever waiting for, or holding, a
/// stock counter.
sql::Handle<std::optional<rpc::Error>> add_duplicates(sql::RoundTrip& trip, const v1::Bike& bike,
                                                      const access::Identity& caller);
/// The same in a command's first trip. Numbers that already have a field issue are left out: they are not fit to be
/// sent to the database.
sql::Handle<std::optional<rpc::Error>> add_duplicates(commands::CommandContext& command, v1::Bike bike);

/// With the commit.
void insert(commands::CommandContext& command, v1::Bike& bike);
/// Everything about the bike, as its next version. Once per command and bike.
void save(commands::CommandContext& command, v1::Bike& bike);

/// Audit row and event of a new bike, and of a change. The number is the one the bike was known by before.
void record_new(commands::CommandContext& command, const v1::Bike& bike);
void record(commands::CommandContext& command, const char* action, const v1::Bike& before, const v1::Bike& after,
            const std::string& reason = {});

/// D-208. The look-up before a write finds nearly all; of two that come at the same moment the index finds one.
inline constexpr std::array constraints{
    commands::Constraint{"bicycles_live_plate_key", "DUPLICATE", "license_plate", validate::issue::duplicate,
                         "Another live bike has the same license_plate."},
    commands::Constraint{"bicycles_live_frame_key", "DUPLICATE", "frame_number", validate::issue::duplicate,
                         "Another live bike has the same frame_number."},
    commands::Constraint{"bicycles_live_engine_key", "DUPLICATE", "engine_number", validate::issue::duplicate,
                         "Another live bike has the same engine_number."},
};

}  // namespace loan_manager::fleet::bikes
