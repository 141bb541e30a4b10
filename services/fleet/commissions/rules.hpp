#pragma once

#include <optional>
#include <string>
#include <vector>

#include "access/identity.hpp"
#include "loanmanager/fleet/v1/commissions.pb.h"
#include "loanmanager/fleet/v1/sales.pb.h"
#include "rpc/error.hpp"

/// What a commission rule may say and when it may change, and the states of a commission (C2 to C4): pure functions.
namespace loan_manager::fleet::commissions {

namespace v1 = loanmanager::fleet::v1;

/// The rule a request describes, with the defaults of the domain. Ids and book-keeping fields are left to the command.
v1::CommissionRule draft(const v1::CreateCommissionRuleRequest& request);
/// The same for a rule that is only tried out.
v1::CommissionRule draft(const v1::ReplayCommissionRuleRequest& request);

/// What is wrong with the fields of a rule taken together: shares above 100, a garage that is paid in two ways or in
/// none, an end before the beginning. Says nothing about fields that are not well-formed by themselves.
std::vector<rpc::FieldIssue> check(const v1::CommissionRule& rule);

/// D-811. `served_until`: the latest date of a sale that has rows of this rule; nothing: it is unused and may change.
rpc::Result<void> check_change(const v1::CommissionRule& before, const v1::CommissionRule& after,
                               const std::optional<std::string>& served_until);

/// D-801: RULE_OVERLAP naming the first of the active rules, ordered by date, that this one would overlap. A rule that
/// is not active overlaps none.
rpc::Result<void> check_overlap(const v1::CommissionRule& rule, const std::vector<v1::CommissionRule>& active);

/// C2 to C4: the payee decides about and pays nothing of his own. SELF_APPROVAL
rpc::Result<void> check_decider(const v1::Commission& commission, const access::Identity& caller);

/// C2, C4: SALE_VOID_PENDING, INVALID_STATE.
rpc::Result<void> check_reviewable(v1::SaleStatus sale, const v1::Commission& commission);
/// C3: the same; a counter-row is paid although its sale is voided (D-810).
rpc::Result<void> check_payable(v1::SaleStatus sale, const v1::Commission& commission);

}  // namespace loan_manager::fleet::commissions
