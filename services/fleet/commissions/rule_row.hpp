#pragma once

#include <boost/json/object.hpp>

#include "loanmanager/fleet/v1/commissions.pb.h"
#include "postgres/rows.hpp"

/// A row of fleet.commission_rules ↔ the CommissionRule message.
namespace loan_manager::fleet::commissions {

namespace v1 = loanmanager::fleet::v1;

/// Select list over `r` (fleet.commission_rules).
inline constexpr const char* rule_columns =
    "r.id, r.company_id, (SELECT c.code FROM fleet.companies c WHERE c.id = r.company_id), r.name, r.base, "
    "r.pool_rate::text, r.buyer_share::text, r.seller_share::text, r.officer_share::text, r.garage_kind, "
    "r.garage_share::text, r.garage_amount::text, r.pay_on_loss, r.effective_from::text, r.effective_to::text, "
    "r.is_active, r.is_demo, r.version, r.created_at, r.created_by, r.updated_at, r.updated_by";

/// Reads a row that begins with rule_columns.
v1::CommissionRule read_rule(const postgres::Row& row);

/// What an audit row shows of a rule: every fact that a client can set, in column names.
boost::json::object facts(const v1::CommissionRule& rule);

}  // namespace loan_manager::fleet::commissions
