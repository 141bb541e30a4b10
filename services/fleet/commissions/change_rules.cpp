// Rules are made and changed: D-801, D-811.
#include "access/reach.hpp"
#include "commands/admit.hpp"
#include "fleet/commissions/commands.hpp"
#include "fleet/commissions/rule_rows.hpp"
#include "fleet/commissions/rules.hpp"
#include "runtime/uuid.hpp"
#include "sql/row_message.hpp"

namespace loan_manager::fleet::commissions {

using access::Permission;

RuleAnswer create_rule(CommandContext& command, const v1::CreateCommissionRuleRequest& request) {
    v1::CommissionRule rule = draft(request);
    command.issues(check(rule));
    const auto of = command.sound_id("company_id", request.company_id());
    const auto lock =
        add_lock_company(command.reads(), of, access::reach(command.caller(), Permission::commission_rules_manage));
    const auto active = add_active_rules(command.reads(), of);
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    auto found = command[lock];
    if (!found) {
        command.issue("company_id", validate::issue::not_found);
    }
    const auto company = commands::admit(command, std::move(found), [](const RuleCompany& row) { return row.covered; });
    if (!company) {
        co_return company.error();
    }
    if (auto fits = check_overlap(rule, command[active]); !fits) {
        co_return fits.error();
    }

    rule.set_id(runtime::new_uuid().to_string());
    rule.set_company_id(company->id);
    rule.set_company_code(company->code);
    insert(command, rule);
    record_new(command, rule);
    co_return rule;
}

RuleAnswer update_rule(CommandContext& command, const v1::UpdateCommissionRuleRequest& request) {
    const auto id = command.sound_id("id", request.id());
    const auto lock =
        add_lock_rule(command.reads(), id, access::reach(command.caller(), Permission::commission_rules_manage));
    const auto active = add_active_rules_beside(command.reads(), id);
    if (auto go = co_await command.read(); !go) {
        co_return go.error();
    }
    const auto locked = commands::admit(
        command, command[lock], [](const LockedRule& row) { return row.covered; },
        [](const LockedRule& row) { return row.rule.version(); });
    if (!locked) {
        co_return locked.error();
    }

    // Fields that contradict each other only show on the row that the client knows, so after its version.
    const v1::CommissionRule& before = locked->rule;
    v1::CommissionRule after = before;
    sql::apply_patch(request.rule(), request.update_mask(), after);
    command.issues(check(after));
    if (auto valid = command.valid(); !valid) {
        co_return valid.error();
    }
    if (rule_table().compare(before, after).empty()) {
        co_return after;
    }
    if (auto changeable = check_change(before, after, locked->served_until); !changeable) {
        co_return changeable.error();
    }
    if (auto fits = check_overlap(after, command[active]); !fits) {
        co_return fits.error();
    }
    save(command, after);
    record(command, "RULE_UPDATED", before, after);
    co_return after;
}

}  // namespace loan_manager::fleet::commissions
