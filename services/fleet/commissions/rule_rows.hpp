#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "access/reach.hpp"
#include "commands/command_context.hpp"
#include "commands/constraints.hpp"
#include "loanmanager/fleet/v1/commissions.pb.h"
#include "rpc/error.hpp"
#include "sql/round_trip.hpp"
#include "sql/table.hpp"

/// Rows of fleet.commission_rules. A rule is covered by reach on its company or on a branch of it.
namespace loan_manager::fleet::commissions {

namespace v1 = loanmanager::fleet::v1;

/// Over `r` (fleet.commission_rules).
const sql::TableOf<v1::CommissionRule>& rule_table();

/// A rule within reach, otherwise NOT_FOUND.
sql::Handle<rpc::Result<v1::CommissionRule>> add_find_rule(sql::RoundTrip& trip, const std::string& id,
                                                           const access::Reach& readable);

/// The company a rule is for, named by id or code.
struct RuleCompany {
    std::string id;
    std::string code;
    bool covered = false;
};
/// NOT_FOUND
sql::Handle<rpc::Result<RuleCompany>> add_find_company(sql::RoundTrip& trip, const std::string& id_or_code,
                                                       const access::Reach& reach);
/// Also locks it against other changes of its rules: they are made one after the other.
sql::Handle<rpc::Result<RuleCompany>> add_lock_company(sql::RoundTrip& trip, const std::string& id_or_code,
                                                       const access::Reach& reach);

using Rules = std::vector<v1::CommissionRule>;
/// The active rules of a company named by id or code, or of that of a rule, by date. After the lock on the company.
sql::Handle<Rules> add_active_rules(sql::RoundTrip& trip, const std::string& company_id_or_code);
sql::Handle<Rules> add_active_rules_beside(sql::RoundTrip& trip, const std::string& rule_id);

struct LockedRule {
    v1::CommissionRule rule;
    bool covered = false;
    std::optional<std::string> served_until;  ///< Latest sale date with commissions of this rule (D-811).
};
/// Locks the company of a rule, then the rule. NOT_FOUND
struct RuleLock {
    sql::Handle<rpc::Result<LockedRule>> rule;
    sql::Handle<std::optional<std::string>> served_until;
    rpc::Result<LockedRule> read(const sql::RoundTrip& trip) const;
};
RuleLock add_lock_rule(sql::RoundTrip& trip, const std::string& id, const access::Reach& reach);

/// Whether the rule must stay as it is until the sale has committed: a rule in use changes no more (D-811).
enum class Reading { for_sale, for_preview };
/// D-801: the active rule of a bike's company on a day. After the lock on the bike, in the same trip, so that its
/// company is the one the sale finds.
sql::Handle<std::optional<v1::CommissionRule>> add_rule_in_force(sql::RoundTrip& trip, const std::string& bicycle_id,
                                                                 const std::string& sale_date, Reading reading);

/// With the commit.
void insert(commands::CommandContext& command, v1::CommissionRule& rule);
/// As the next version.
void save(commands::CommandContext& command, v1::CommissionRule& rule);

/// Audit row and event of a new rule, or of a change.
void record_new(commands::CommandContext& command, const v1::CommissionRule& rule);
void record(commands::CommandContext& command, const char* action, const v1::CommissionRule& before,
            const v1::CommissionRule& after);

inline constexpr std::array constraints{commands::Constraint{"commission_rules_overlap_excl", "RULE_OVERLAP"}};

}  // namespace loan_manager::fleet::commissions
