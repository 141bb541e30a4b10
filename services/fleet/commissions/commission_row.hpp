#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "access/reach.hpp"
#include "loanmanager/fleet/v1/commissions.pb.h"
#include "postgres/rows.hpp"

/// A row of fleet.commissions ↔ the Commission message.
namespace loan_manager::fleet::commissions {

namespace v1 = loanmanager::fleet::v1;

/// Select list over `c` (fleet.commissions) joined with `b` (its branch): the columns of the message, then the company
/// of the branch.
inline constexpr const char* commission_columns =
    "c.id, c.sale_id, c.rule_id, c.kind, c.branch_id, b.code, c.payee_user_id, c.base_amount::text, "
    "c.pool_rate::text, c.pool_amount::text, c.share_percent::text, c.amount::text, "
    "to_char(c.period_month, 'YYYY-MM'), c.status, c.approved_by, c.approved_at, c.paid_by, c.paid_at, "
    "c.payment_reference, c.rejected_by, c.rejected_at, c.reject_reason, c.reverses_id, c.version, c.created_at, "
    "c.created_by, c.updated_at, c.updated_by, c.is_demo, b.company_id";
inline constexpr const char* commission_tables = "fleet.commissions c JOIN fleet.branches b ON b.id = c.branch_id";

/// A commission and the company of its branch, which decides who covers it.
struct StoredCommission {
    v1::Commission commission;
    std::string company_id;

    bool covered_by(const access::Reach& reach) const { return reach.covers(commission.branch_id(), company_id); }
};
/// Reads a row that begins with commission_columns, with every amount.
StoredCommission read_commission(const postgres::Row& row);

/// Removes what a caller without `costs:read` at the payee branch may not see (D-904). Call it for every answer.
v1::Commission visible_to(const access::Identity& caller, const StoredCommission& stored);

/// What the audit row of a new commission shows, in column names.
boost::json::object facts(const v1::Commission& commission);
/// What its review and payment change: status, persons, reference, reason; null where unset.
boost::json::object decision_of(const v1::Commission& commission);

}  // namespace loan_manager::fleet::commissions
