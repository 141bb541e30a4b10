#include "fleet/commissions/create_rule.hpp"

#include "fleet/commissions/rule_repository.hpp"
#include "fleet/commissions/rules.hpp"
#include "fleet/values/proto_values.hpp"
#include "runtime/uuid.hpp"

namespace loan_manager::fleet::commissions {

void CreateRule::prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) {
    unit.issues(check(draft(request)));
    add_company(reads, unit.sound_id("company_id", request.company_id()),
                access::reach(unit.caller(), access::Permission::commission_rules_manage));
}

boost::asio::awaitable<rpc::Result<v1::CommissionRule>> CreateRule::execute(commands::Unit& unit,
                                                                            const request_type& request,
                                                                            std::vector<postgres::Rows>& reads) {
    const auto company = read_company(reads.at(0));
    if (!company) {
        unit.issue("company_id", validate::issue::not_found);
    }
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }
    if (!company->covered) {
        co_return rpc::out_of_scope();
    }

    v1::CommissionRule rule = draft(request);
    rule.set_id(runtime::new_uuid().to_string());
    rule.set_company_id(company->id);
    rule.set_company_code(company->code);
    if (auto fits = co_await check_overlap(unit, rule); !fits) {
        co_return fits.error();
    }
    rule.set_version(1);
    assign(*rule.mutable_created_at(), unit.now());
    rule.set_created_by(unit.caller().user_id);
    assign(*rule.mutable_updated_at(), unit.now());
    rule.set_updated_by(unit.caller().user_id);
    insert_rule(unit, rule);

    auto shown = facts(rule);
    shown["company_id"] = rule.company_id();
    record_rule(unit, "RULE_CREATED", rule, boost::json::object(), std::move(shown));
    co_return rule;
}

std::optional<rpc::Error> CreateRule::refuse(const postgres::Error& error) { return refuse_rule(error); }

}  // namespace loan_manager::fleet::commissions
