#include "fleet/commissions/commission_row.hpp"

#include "fleet/values/row_reader.hpp"

namespace loan_manager::fleet::commissions {

StoredCommission read_commission(const postgres::Row& row) {
    RowReader in(row);
    StoredCommission stored;
    auto& commission = stored.commission;
    commission.set_id(in.text());
    commission.set_sale_id(in.text());
    commission.set_rule_id(in.text());
    commission.set_kind(in.token<v1::CommissionKind>());
    commission.set_branch_id(in.text());
    commission.set_branch_code(in.text());
    in.if_set([&](auto v) { commission.set_payee_user_id(std::move(v)); });
    commission.set_base_amount(in.text());
    commission.set_pool_rate(in.text());
    commission.set_pool_amount(in.text());
    in.if_set([&](auto v) { commission.set_share_percent(std::move(v)); });
    commission.set_amount(in.text());
    commission.set_period_month(in.text());
    commission.set_status(in.token<v1::CommissionStatus>());
    in.if_set([&](auto v) { commission.set_approved_by(std::move(v)); });
    in.if_time([&] { return commission.mutable_approved_at(); });
    in.if_set([&](auto v) { commission.set_paid_by(std::move(v)); });
    in.if_time([&] { return commission.mutable_paid_at(); });
    in.if_set([&](auto v) { commission.set_payment_reference(std::move(v)); });
    in.if_set([&](auto v) { commission.set_rejected_by(std::move(v)); });
    in.if_time([&] { return commission.mutable_rejected_at(); });
    in.if_set([&](auto v) { commission.set_reject_reason(std::move(v)); });
    in.if_set([&](auto v) { commission.set_reverses_id(std::move(v)); });
    commission.set_version(in.next<std::int32_t>());
    assign(*commission.mutable_created_at(), in.time());
    commission.set_created_by(in.text());
    assign(*commission.mutable_updated_at(), in.time());
    commission.set_updated_by(in.text());
    commission.set_is_demo(in.next<bool>());
    stored.company_id = in.text();
    return stored;
}

v1::Commission visible_to(const access::Identity& caller, const StoredCommission& stored) {
    v1::Commission commission = stored.commission;
    if (!stored.covered_by(access::reach(caller, access::Permission::costs_read))) {
        commission.clear_base_amount();
        commission.clear_pool_amount();
        commission.set_costs_hidden(true);
    }
    return commission;
}

boost::json::object facts(const v1::Commission& commission) {
    boost::json::object values{{"sale_id", commission.sale_id()},           {"rule_id", commission.rule_id()},
                               {"kind", token_of(commission.kind())},       {"branch_id", commission.branch_id()},
                               {"base_amount", commission.base_amount()},   {"pool_rate", commission.pool_rate()},
                               {"pool_amount", commission.pool_amount()},   {"amount", commission.amount()},
                               {"period_month", commission.period_month()}, {"status", token_of(commission.status())}};
    if (commission.has_payee_user_id()) {
        values["payee_user_id"] = commission.payee_user_id();
    }
    if (commission.has_share_percent()) {
        values["share_percent"] = commission.share_percent();
    }
    if (commission.has_reverses_id()) {
        values["reverses_id"] = commission.reverses_id();
    }
    return values;
}

boost::json::object decision_of(const v1::Commission& commission) {
    const auto maybe = [](const std::optional<std::string>& text) {
        return text ? boost::json::value(*text) : boost::json::value(nullptr);
    };
    return {{"status", token_of(commission.status())},
            {"approved_by", maybe(LM_MAYBE(commission, approved_by))},
            {"paid_by", maybe(LM_MAYBE(commission, paid_by))},
            {"payment_reference", maybe(LM_MAYBE(commission, payment_reference))},
            {"rejected_by", maybe(LM_MAYBE(commission, rejected_by))},
            {"reject_reason", maybe(LM_MAYBE(commission, reject_reason))}};
}

}  // namespace loan_manager::fleet::commissions
