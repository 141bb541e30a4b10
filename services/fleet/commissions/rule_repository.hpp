#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "access/reach.hpp"
#include "commands/unit.hpp"
#include "fleet/commissions/rule_row.hpp"
#include "fleet/values/statement_cache.hpp"
#include "loanmanager/fleet/v1/commissions.pb.h"
#include "paging/page.hpp"
#include "postgres/batch.hpp"
#include "postgres/rows.hpp"
#include "rpc/error.hpp"

/// All SQL of commission rules. A rule is covered by reach on its company or on a branch of it.
namespace loan_manager::fleet::commissions {

namespace v1 = loanmanager::fleet::v1;

/// A rule the caller may read; no row otherwise.
void add_find_rule(postgres::Batch& batch, const std::string& id, const access::Reach& readable);

/// Adds the page and, if wanted, the count. BAD_CURSOR.
rpc::Result<void> add_rule_list(postgres::Batch& batch, StatementCache& statements,
                                const v1::ListCommissionRulesRequest& request, const paging::PageRequest& page,
                                const access::Reach& readable);

/// The company a rule is for, locked against other changes of its rules: they are made one after the other.
struct RuleCompany {
    std::string id;
    std::string code;
    bool covered = false;
};
void add_company(postgres::Batch& batch, const std::string& id_or_code, const access::Reach& reach);
std::optional<RuleCompany> read_company(const postgres::Rows& rows);

/// Locks the company of a rule, then the rule, and asks whom it has served (D-811): three results.
void add_lock_rule(postgres::Batch& batch, const std::string& id, const access::Reach& reach);
struct LockedRule {
    v1::CommissionRule rule;
    bool covered = false;
    std::optional<std::string> served_until;  ///< Latest sale date with rows of this rule.
};
/// Nothing if there is no such rule.
std::optional<LockedRule> read_locked_rule(const std::vector<postgres::Rows>& results, std::size_t first);

/// RULE_OVERLAP naming the active rule that this one would overlap (D-801). Under the lock on the company.
boost::asio::awaitable<rpc::Result<void>> check_overlap(commands::Unit& unit, const v1::CommissionRule& rule);

/// With the commit.
void insert_rule(commands::Unit& unit, const v1::CommissionRule& rule);
/// Stores the rule as its next version: raises `version` and stamps `updated_*` in the message too.
void save_rule(commands::Unit& unit, v1::CommissionRule& rule);

/// RULE_OVERLAP for the exclusion constraint.
std::optional<rpc::Error> refuse_rule(const postgres::Error& error);

/// Audit row and event of a rule.
void record_rule(commands::Unit& unit, const char* action, const v1::CommissionRule& rule, boost::json::object before,
                 boost::json::object after);

}  // namespace loan_manager::fleet::commissions
