#include "fleet/commissions/rule_row.hpp"

#include "fleet/values/row_message.hpp"
#include "fleet/values/row_reader.hpp"

namespace loan_manager::fleet::commissions {

v1::CommissionRule read_rule(const postgres::Row& row) {
    RowReader in(row);
    v1::CommissionRule rule;
    rule.set_id(in.text());
    rule.set_company_id(in.text());
    rule.set_company_code(in.text());
    rule.set_name(in.text());
    rule.set_base(in.token<v1::CommissionBase>());
    rule.set_pool_rate(in.text());
    rule.set_buyer_share(in.text());
    rule.set_seller_share(in.text());
    rule.set_officer_share(in.text());
    rule.set_garage_kind(in.token<v1::GarageKind>());
    rule.set_garage_share(in.text());
    in.if_set([&](auto v) { rule.set_garage_amount(std::move(v)); });
    rule.set_pay_on_loss(in.next<bool>());
    rule.set_effective_from(in.text());
    in.if_set([&](auto v) { rule.set_effective_to(std::move(v)); });
    rule.set_is_active(in.next<bool>());
    rule.set_is_demo(in.next<bool>());
    rule.set_version(in.next<std::int32_t>());
    assign(*rule.mutable_created_at(), in.time());
    rule.set_created_by(in.text());
    assign(*rule.mutable_updated_at(), in.time());
    rule.set_updated_by(in.text());
    return rule;
}

boost::json::object facts(const v1::CommissionRule& rule) {
    return values_of(rule, *v1::CommissionRulePatch::descriptor());
}

}  // namespace loan_manager::fleet::commissions
