#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "commands/unit.hpp"
#include "fleet/ledger/rows.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "loanmanager/fleet/v1/sales.pb.h"
#include "postgres/batch.hpp"
#include "postgres/rows.hpp"
#include "rpc/error.hpp"

/// What S3, S4 and S5 share: the guards of D-509 and the effects of D-510.
namespace loan_manager::fleet::sales {

namespace v1 = loanmanager::fleet::v1;

/// A sale that somebody wants void, with the bike it sold and the one it took in trade: all under lock.
struct VoidCase {
    v1::Sale sale;
    v1::Bike bike;
    std::optional<v1::Bike> trade_in;
};
/// Locks the bikes in the order of their ids, then the sale (D-218): two results.
void add_lock_case(postgres::Batch& batch, const std::string& sale_id);
/// NOT_FOUND
rpc::Result<VoidCase> read_case(const std::vector<postgres::Rows>& results);

/// What else the effects touch: the entries to reverse, and the commissions, under lock.
struct Undoing {
    ledger::Booked sale_entry;
    std::optional<ledger::Booked> purchase_of_trade_in;
    postgres::Rows commissions;
};
/// D-509, in its order: OPEN_JOB, DUPLICATE (the bike would come back to life with the identity of another),
/// BRANCH_INACTIVE, TRADE_IN_NOT_RETURNABLE. The sale's own state is asked before.
boost::asio::awaitable<rpc::Result<Undoing>> check_voidable(commands::Unit& unit, const VoidCase& subject);

/// S3, S5 with every effect of D-510. Who asked for it, when and why must be on the sale already; the caller of the
/// command is the one who voids.
void void_sale(commands::Unit& unit, VoidCase& subject, const Undoing& undoing);

}  // namespace loan_manager::fleet::sales
