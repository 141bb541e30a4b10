#pragma once

#include <optional>
#include <string>
#include <vector>

#include "access/reach.hpp"
#include "commands/command_context.hpp"
#include "fleet/commissions/calculation.hpp"
#include "loanmanager/fleet/v1/commissions.pb.h"
#include "loanmanager/fleet/v1/sales.pb.h"
#include "rpc/error.hpp"
#include "sql/round_trip.hpp"
#include "sql/table.hpp"

/// Rows of fleet.commissions: columns, locks, and what commands leave behind. Rules of companies: rule_rows.hpp.
namespace loan_manager::fleet::commissions {

namespace v1 = loanmanager::fleet::v1;

const sql::TableOf<v1::Commission>& commission_table();

/// A commission and the company of its branch, which together decide who covers it (D-903).
struct StoredCommission {
    v1::Commission commission;
    std::string company_id;

    bool covered_by(const access::Reach& reach) const { return reach.covers(commission.branch_id(), company_id); }
};
/// Select list over `c` (fleet.commissions), and its reader, with every amount.
const std::string& commission_columns();
StoredCommission read_commission(const postgres::Row& row);

/// Without what tells costs, unless the caller may see those of the payee branch (D-904). Call it for every answer.
v1::Commission visible_to(const access::Identity& caller, StoredCommission stored);

/// NOT_FOUND, also of one that the caller may not read (D-902).
rpc::Error no_such_commission();
/// NOT_FOUND if there is no such commission, covered or not.
sql::Handle<rpc::Result<StoredCommission>> add_find(sql::RoundTrip& trip, const std::string& id);

/// The sale of a commission, as far as its commissions need it.
struct SaleRef {
    std::string id;
    std::string bicycle_id;
    std::string invoice_no;
    std::string sale_date;  ///< YYYY-MM-DD
    v1::SaleStatus status = v1::SALE_STATUS_UNSPECIFIED;
};

/// A commission under lock, and its sale.
struct Locked : StoredCommission {
    SaleRef sale;
};
/// Locks the sale of a commission (shared, so that its commissions do not wait for each other but a void does), then
/// the commission (D-218). NOT_FOUND if there is no such commission.
struct Lock {
    sql::Handle<SaleRef> sale;
    sql::Handle<rpc::Result<StoredCommission>> commission;
    rpc::Result<Locked> read(const sql::RoundTrip& trip) const;
};
Lock add_lock(sql::RoundTrip& trip, const std::string& id);

/// Locks the commissions of a sale in the order of their ids (D-218). After the lock on the sale.
sql::Handle<std::vector<StoredCommission>> add_lock_all(sql::RoundTrip& trip, const std::string& sale_id);

/// D-806: the branch that completed the last stock job of a bike, which is the garage of its sale. After the lock on
/// the bike, in the same trip.
sql::Handle<std::optional<PayeeBranch>> add_last_garage(sql::RoundTrip& trip, const std::string& bicycle_id);

/// With the commit.
void insert(commands::CommandContext& command, v1::Commission& commission);
/// As the next version.
void save(commands::CommandContext& command, v1::Commission& commission);

/// Audit row and event of a new commission, or of a change.
void record_new(commands::CommandContext& command, const SaleRef& sale, const v1::Commission& commission,
                const std::string& reason = {});
void record(commands::CommandContext& command, const char* action, const SaleRef& sale, const v1::Commission& before,
            const v1::Commission& after, const std::string& reason = {});

}  // namespace loan_manager::fleet::commissions
