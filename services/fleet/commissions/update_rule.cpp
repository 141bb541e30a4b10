#include "fleet/commissions/update_rule.hpp"

#include "fleet/commissions/rule_repository.hpp"
#include "fleet/commissions/rules.hpp"
#include "fleet/values/row_message.hpp"

namespace loan_manager::fleet::commissions {

void UpdateRule::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    add_lock_rule(reads, unit.sound_id("id", request.id()),
                  access::reach(unit.caller(), access::Permission::commission_rules_manage));
}

boost::asio::awaitable<rpc::Result<v1::CommissionRule>> UpdateRule::execute(commands::Unit& unit,
                                                                            const request_type& request,
                                                                            std::vector<postgres::Rows>& reads) {
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }
    const auto locked = read_locked_rule(reads, 0);
    if (!locked) {
        co_return rpc::not_found("There is no such commission rule.");
    }
    if (!locked->covered) {
        co_return rpc::out_of_scope();
    }
    const v1::CommissionRule& before = locked->rule;
    if (auto current = commands::check_version(unit.context(), before.version()); !current) {
        co_return current.error();
    }

    // Fields that contradict each other only show on the row that the client knows, so after its version.
    v1::CommissionRule after = before;
    apply_patch(request.rule(), request.update_mask(), after);
    unit.issues(check(after));
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }

    auto old_values = facts(before);
    auto new_values = facts(after);
    commands::keep_changed(old_values, new_values);
    if (new_values.empty()) {
        co_return after;
    }
    if (auto changeable = check_change(before, after, locked->served_until); !changeable) {
        co_return changeable.error();
    }
    if (auto fits = co_await check_overlap(unit, after); !fits) {
        co_return fits.error();
    }
    save_rule(unit, after);
    record_rule(unit, "RULE_UPDATED", after, std::move(old_values), std::move(new_values));
    co_return after;
}

std::optional<rpc::Error> UpdateRule::refuse(const postgres::Error& error) { return refuse_rule(error); }

}  // namespace loan_manager::fleet::commissions
