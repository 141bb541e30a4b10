#pragma once

#include <optional>
#include <string>

#include "access/reach.hpp"
#include "commands/command_context.hpp"
#include "fleet/commissions/rows.hpp"
#include "fleet/sales/rules.hpp"
#include "loanmanager/fleet/v1/sales.pb.h"
#include "rpc/error.hpp"
#include "sql/keyset_query.hpp"
#include "sql/round_trip.hpp"
#include "sql/table.hpp"

/// Rows of fleet.sales: columns, locks, who covers them and sees their costs, and what commands leave behind.
namespace loan_manager::fleet::sales {

namespace v1 = loanmanager::fleet::v1;

/// Over `s` (fleet.sales), with the codes beside the ids and the bike's after-sale cost.
const sql::TableOf<v1::Sale>& sale_table();

/// Whether the reach covers the sale: its scope is the selling branch (D-903).
bool covered_by(const access::Reach& reach, const v1::Sale& sale);
/// Without the costs that the caller may not see at the selling branch (D-904). Call it for every answer.
v1::Sale visible_to(const access::Identity& caller, v1::Sale sale);

/// NOT_FOUND, also of one that the caller may not read (D-902).
rpc::Error no_such_sale();
/// NOT_FOUND if there is no such sale, covered or not. With every cost, whoever asks.
sql::Handle<rpc::Result<v1::Sale>> add_find(sql::RoundTrip& trip, const std::string& id);
/// The same under its row lock; after its bikes where a command needs those too (D-218).
sql::Handle<rpc::Result<v1::Sale>> add_lock(sql::RoundTrip& trip, const std::string& id);
/// A sale within reach as what a list lies below.
sql::Parent parent(const std::string& id, const access::Reach& readable);

/// Nothing: there is no such user, or he is not active.
sql::Handle<std::optional<Officer>> add_officer(sql::RoundTrip& trip, const std::string& user_id);

/// The bike of a preview as it is, without a lock, and whether its branch sells.
struct Offered {
    v1::Bike bike;
    bool branch_is_active = false;
};
/// NOT_FOUND unless `reach` covers the bike where it stands.
sql::Handle<rpc::Result<Offered>> add_offered(sql::RoundTrip& trip, const std::string& bicycle_id,
                                              const access::Reach& reach);

/// With the commit.
void insert(commands::CommandContext& command, v1::Sale& sale);
/// As the next version.
void save(commands::CommandContext& command, v1::Sale& sale);

/// Audit row and event of a new sale, or of a change.
void record_new(commands::CommandContext& command, const v1::Sale& sale);
void record(commands::CommandContext& command, const char* action, const v1::Sale& before, const v1::Sale& after,
            const std::string& reason);

/// The sale as its commissions know it.
commissions::SaleRef reference_to(const v1::Sale& sale);

}  // namespace loan_manager::fleet::sales
